import { createHash } from 'node:crypto';
import type { LoggedImage } from '../../src';

/** Maximum number of bytes in a part of a name that every file system accepts. */
const mostBytes = 200;

/** Returns the file of an image, by name and step: `val/views/step=00000400.png`. Two names never share a file. */
export function imageFile({ name, step }: Pick<LoggedImage, 'name' | 'step'>): string {
  const folders = name.normalize('NFC').split('/').map(safePart);
  return [...folders, `step=${String(step).padStart(8, '0')}.png`].join('/');
}

/** Returns the step of a file that `imageFile` named; `null` for any other file. */
export function stepOfImage(file: string): number | null {
  const step = /(?:^|[\\/])step=(\d{8,})\.png$/.exec(file)?.[1];
  return step === undefined ? null : Number(step);
}

/** Characters that a file system or a server might not accept are escaped: `?` as `~3F`. */
function safePart(part: string): string {
  if (part === '') return '~';
  const safe = part.replace(/[^\p{L}\p{N}_\-. ]|^[. ]|[. ]$/gu, spelt);
  if (Buffer.byteLength(safe) <= mostBytes) return safe;
  const digest = createHash('sha256').update(part).digest('hex').slice(0, 16);
  return `${Array.from(safe).slice(0, 40).join('')}~${digest}`;
}

function spelt(character: string): string {
  return Array.from(
    Buffer.from(character),
    (byte) => `~${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}
