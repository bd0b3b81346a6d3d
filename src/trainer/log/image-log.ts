import type { ImageLog, LoggedImage, RunEventBus } from '../../contracts';
import { FulgurError } from '../../errors';
import { unfitness } from './log-rules';

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** The start of every PNG file: the signature, and the chunk with its size and bit depth (PNG 3, 5.3 and 11.2.1). */
const headerBytes = 33;

/** The run's images: checked, then published. */
export function imageLog(events: RunEventBus): ImageLog {
  /** The step at which the newest image of each name was published. */
  const steps = new Map<string, number>();
  return {
    isHeard: () => events.isHeard('imageLogged'),
    publish: (image) => {
      const finding =
        problemOf(image) ??
        (steps.get(image.name) === image.step ? `was already published at step ${image.step}` : null);
      if (finding !== null) throw unfit(image, finding);
      steps.set(image.name, image.step);
      events.emit('imageLogged', image);
    },
  };
}

function problemOf({ name, epoch, step, png, width, height, caption }: LoggedImage): string | null {
  const misnamed = unfitness(name);
  if (misnamed !== null) return `has a name that ${misnamed}`;
  for (const [what, count] of Object.entries({ epoch, step })) {
    if (!Number.isSafeInteger(count) || count < 0)
      return `has the ${what} ${count}, which is not a whole number of 0 or more`;
  }
  if (caption.trim() === '') return 'has no caption';
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  if (bytes.length < headerBytes || !pngSignature.every((byte, at) => bytes[at] === byte))
    return 'is not a PNG';
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return 'is not a PNG';
  const size = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)] as const;
  if (size[0] !== width || size[1] !== height) {
    return `is ${size.join('×')} pixels in size, not ${width}×${height} as stated`;
  }
  const depth = bytes[24];
  return depth === 8 ? null : `has ${String(depth)} bits per channel`;
}

function unfit({ name }: LoggedImage, finding: string): FulgurError {
  return new FulgurError('plugin', {
    what: `The image ${JSON.stringify(name)} ${finding}.`,
    fix: 'Publish a PNG of 8 bits per channel with its own size, a valid name and a caption that describes it, at most once per step.',
  });
}
