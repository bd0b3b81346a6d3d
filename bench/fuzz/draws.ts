import type { RandomStream } from '../../src/engine/random';

export function pick<T>(draw: RandomStream, choices: readonly [T, ...T[]] | readonly T[]): T {
  return choices[draw.below(choices.length)] as T;
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const hostile = [
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    '__metadata__',
    'length',
    'then',
  ],
  ...[
    '',
    ' ',
    '.',
    '..',
    '../../x',
    '/',
    '\\',
    '%00',
    '-',
    '--',
    '<<',
    '*a',
    '&a',
    '!!js',
    '~',
    'null',
    'NaN',
  ],
  ...[
    '\u0000',
    '\n',
    '\r\n',
    '\u001b[2J',
    '\u0007',
    '\u202e',
    '\u2028',
    'é',
    'e\u0301',
    '😀',
    '\ud800',
    '"',
    "'",
    ',',
    '=',
  ],
] as const;

const numbers = [
  ...[0, -0, 1, -1, 2, 7, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 1e300],
  ...[5e-324, 0.1, -0.5, Infinity, -Infinity, NaN],
] as const;

/** A name: mostly harmless, often hostile, occasionally long. */
export function word(draw: RandomStream): string {
  const kind = draw.below(10);
  if (kind < 4) return pick(draw, hostile);
  if (kind < 7) return times(1 + draw.below(8), () => String.fromCharCode(97 + draw.below(26))).join('');
  if (kind === 7) return times(1 + draw.below(6), () => String.fromCharCode(draw.below(0x3000))).join('');
  if (kind === 8) return `${pick(draw, hostile)}${pick(draw, hostile)}.${pick(draw, hostile)}`;
  return pick(draw, ['x', '"', '\u001b', 'é', '[', '{']).repeat(1 << draw.below(14));
}

export function number(draw: RandomStream): number {
  return draw.chance(0.5) ? pick(draw, numbers) : draw.below(1000) - 100;
}

/** Plain data with at most `depth` levels. */
export function tree(draw: RandomStream, depth: number): unknown {
  const kind = draw.below(depth > 0 ? 9 : 6);
  if (kind < 2) return number(draw);
  if (kind < 4) return word(draw);
  if (kind === 4) return draw.chance(0.5);
  if (kind === 5) return null;
  if (kind === 6) return times(draw.below(4), () => tree(draw, depth - 1));
  return Object.fromEntries(times(draw.below(4), () => [word(draw), tree(draw, depth - 1)]));
}

/** JSON text of lists or objects nested to `depth` levels. */
export function deepJson(draw: RandomStream, depth: number): string {
  return draw.chance(0.5)
    ? '['.repeat(depth) + ']'.repeat(depth)
    : '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
}

/** A copy of plain data with one part changed, removed or inserted. */
export function changed(draw: RandomStream, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || draw.chance(0.15)) return tree(draw, 2);
  if (Array.isArray(value)) {
    const list: unknown[] = [...(value as unknown[])];
    const at = draw.below(list.length + 1);
    if (at === list.length || draw.chance(0.2)) list.splice(at, draw.below(2), tree(draw, 1));
    else list[at] = changed(draw, list[at]);
    return list;
  }
  const entries: [string, unknown][] = Object.entries(value);
  const at = draw.below(entries.length + 1);
  const [key, inner] = entries[at] ?? [word(draw), null];
  const kind = draw.below(6);
  if (kind === 0) entries.splice(at, 1);
  else if (kind === 1) entries[at] = [word(draw), inner];
  else entries[at] = [key, changed(draw, inner)];
  return Object.fromEntries(entries);
}

/** Bytes with a few of them flipped, cut off, inserted, repeated or moved. */
export function damaged(draw: RandomStream, bytes: Buffer): Buffer {
  let now = Buffer.from(bytes);
  for (let left = 1 + draw.below(4); left > 0; left -= 1) {
    // Headers matter more than pixels and values.
    const reach = draw.chance(0.5) ? Math.min(64, now.length) : now.length;
    const at = draw.below(Math.max(1, reach));
    const kind = draw.below(7);
    if (now.length === 0) return now;
    if (kind <= 1) now[at] = (now[at] ?? 0) ^ (1 << draw.below(8));
    else if (kind === 2) now[at] = pick(draw, [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x7b]);
    else if (kind === 3) now = now.subarray(0, at);
    else if (kind === 4) {
      const extra = Buffer.from(times(1 + draw.below(8), () => draw.below(256)));
      now = Buffer.concat([now.subarray(0, at), extra, now.subarray(at)]);
    } else if (kind === 5) {
      const end = at + draw.below(Math.max(1, now.length - at));
      now = Buffer.concat([now.subarray(0, end), now.subarray(at)]);
    } else if (now.length >= at + 4)
      now.writeUInt32LE(pick(draw, [0, 1, 0xffff_ffff, 0x7fff_ffff, 0x1_0000]), at);
  }
  return now;
}

/** The text as stored in UTF-8: without halves of characters. */
export function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
