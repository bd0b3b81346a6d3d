import type { Image } from '../image';
import type { Samples } from './sharp-pixels';

/** RGB of colours that are multiplied by alpha, in PIL's whole numbers; where nothing is to be seen, it is black. */
export function dividedByAlpha({ width, height, channels, values }: Samples): Image {
  const data = new Uint8ClampedArray(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const alpha = values[pixel * channels + 3] ?? 0;
    for (let channel = 0; channel < 3; channel++) {
      const value = values[pixel * channels + channel] ?? 0;
      data[pixel * 3 + channel] = alpha === 0 ? 0 : Math.floor((value * 255) / alpha);
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}
