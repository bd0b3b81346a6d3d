import type { Image } from '../image';
import { rgbOf } from '../source-image';

// Twelve bits: the largest depth that cameras and scanners store in 16 bits without scaling.
const unscaled = 4096;

/** The 16-bit gray values that become black and white. */
export type GrayRange = readonly [black: number, white: number];

/** A gray image of 16-bit values. */
export interface DeepGray {
  readonly width: number;
  readonly height: number;
  readonly values: Uint16Array;
}

/**
 * Converts 16-bit gray to RGB by the rule of `rgbOf`. (PIL would turn every value above 255 into white.)
 *
 * @param range the user's range; by default, 0 is black and 65535 is white.
 * @throws Error if no range is given and no value needs more than 12 bits, so that all would become nearly black.
 */
export function imageOfDeepGray({ width, height, values }: DeepGray, range: GrayRange | null): Image {
  if (range !== null) return rgbOf({ width, height, channels: 1, data: values, range });
  const white = whiteOfUnscaled(values);
  if (white === null) return rgbOf({ width, height, channels: 1, data: values });
  throw new Error(
    `its 16-bit gray values go up to ${largestOf(values)}, so it would become nearly black ` +
      `(name the values of black and white: --data.grayRange 0,${white})`,
  );
}

/**
 * Returns the largest value of the bit depth that 16-bit values seem to have; `null` if they need more than 12 bits or
 * all are 0.
 */
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
