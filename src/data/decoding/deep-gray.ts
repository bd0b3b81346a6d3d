import type { Image } from '../image';
import { rgbOf } from '../source-image';

// Twelve bits, the widest of the depths that cameras and scanners leave in 16 bits without scaling them.
const unscaled = 4096;

/** The values of 16-bit gray that become black and white. */
export type GrayRange = readonly [black: number, white: number];

/** A gray image of 16-bit values. */
export interface DeepGray {
  readonly width: number;
  readonly height: number;
  readonly values: Uint16Array;
}

/**
 * RGB of 16-bit gray by the rule of `rgbOf`. PIL takes every value above 255 for white.
 *
 * @param range where the user says it; else 0 is black and 65535 is white.
 * @throws Error where nobody says the range, no value needs more than 12 bits, and all would become nearly black.
 */
export function imageOfDeepGray({ width, height, values }: DeepGray, range: GrayRange | null): Image {
  if (range !== null) return rgbOf({ width, height, channels: 1, data: values, range });
  const white = whiteOfUnscaled(values);
  if (white === null) return rgbOf({ width, height, channels: 1, data: values });
  throw new Error(
    `its 16-bit gray values end at ${largestOf(values)}, so it would become nearly black ` +
      `(name the values that are black and white: --data.grayRange 0,${white})`,
  );
}

/** The largest value of so few bits that 16-bit values seem to have; `null` where they need more than 12, or all are 0. */
export function whiteOfUnscaled(values: Uint16Array): number | null {
  const largest = largestOf(values);
  if (largest === 0 || largest >= unscaled) return null;
  return 2 ** Math.ceil(Math.log2(largest + 1)) - 1;
}

function largestOf(values: Uint16Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, value);
  return largest;
}
