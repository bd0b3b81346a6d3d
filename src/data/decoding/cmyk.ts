import type { Image } from '../image';
import type { Samples } from './sharp-pixels';

/** RGB of ink values, without a profile, in PIL's whole numbers. */
export function rgbOfCmyk({ width, height, channels, values }: Samples): Image {
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const light = 255 - (values[pixel * channels + 3] ?? 0);
    for (let channel = 0; channel < 3; channel++) {
      const ink = values[pixel * channels + channel] ?? 0;
      data[pixel * 3 + channel] = Math.max(0, light - scaleByte(ink, light));
    }
  }
  return { width, height, data };
}

/** a * b / 255, rounded. */
function scaleByte(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}
