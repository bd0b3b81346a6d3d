import type { Image } from '../image';

// Twelve bits, the widest of the depths that cameras and scanners leave in 16 bits without scaling them.
const unscaled = 4096;

/** A gray image of 16-bit values. */
export interface DeepGray {
  readonly width: number;
  readonly height: number;
  readonly values: ArrayLike<number>;
}

/**
 * RGB of 16-bit gray: 65535 is white, and the high byte of a value counts. PIL takes every value above 255 for white.
 *
 * @throws Error where no value needs more than 12 bits, and all would become nearly black.
 */
export function imageOfDeepGray(gray: DeepGray): Image {
  let largest = 0;
  for (let at = 0; at < gray.values.length; at++) largest = Math.max(largest, gray.values[at] ?? 0);
  if (largest === 0 || largest >= unscaled) return highBytes(gray);
  throw new Error(
    `its 16-bit gray values end at ${largest}, so it would become nearly black ` +
      '(scale them so that 65535 is white, or save them with 8 bits)',
  );
}

/** RGB of 16-bit gray of any brightness. */
export function highBytes({ width, height, values }: DeepGray): Image {
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    data.fill((values[pixel] ?? 0) >> 8, pixel * 3, pixel * 3 + 3);
  }
  return { width, height, data };
}
