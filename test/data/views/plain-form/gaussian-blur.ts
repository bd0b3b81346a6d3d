import { blurFive, blurNarrow, blurWide } from './blur-line';
import type { SoftBox } from '../../../../src/data/views/kernels/soft-box';
import { softBoxOf } from '../../../../src/data/views/kernels/soft-box';

/**
 * Blurs RGB images in place. Edge pixels count as if repeated outwards. Bit-equal to Pillow's `GaussianBlur(sigma)`:
 * three box blurs along rows, then three along columns, each rounded to bytes.
 */
export class GaussianBlur {
  #first = new Uint8Array(0);
  #second = new Uint8Array(0);

  /** `pixels` are RGB bytes `[height, width, 3]`; `sigma` is in pixels. */
  apply(pixels: Uint8Array, height: number, width: number, sigma: number): void {
    const box = softBoxOf(sigma);
    const row = width * 3;
    for (let y = 0; y < height; y++) {
      for (let channel = 0; channel < 3; channel++) this.#blurLine(pixels, y * row + channel, 3, width, box);
    }
    for (let x = 0; x < row; x++) this.#blurLine(pixels, x, row, height, box);
  }

  /** Blurs every `stride`-th byte from `at` on, `count` of them. */
  #blurLine(pixels: Uint8Array, at: number, stride: number, count: number, box: SoftBox): void {
    if (box.radius === 0 && count >= 3) {
      blurNarrow(pixels, at, stride, count, box);
      return;
    }
    const margin = box.radius + 1;
    const room = count + 2 * margin;
    if (this.#first.length < room) {
      this.#first = new Uint8Array(room);
      this.#second = new Uint8Array(room);
    }
    if (box.radius === 1 && count >= 2) {
      blurFive(pixels, at, stride, count, box, this.#first, 0, 1);
      blurFive(this.#first, 0, 1, count, box, this.#first, 0, 1);
      blurFive(this.#first, 0, 1, count, box, pixels, at, stride);
      return;
    }
    for (let i = 0; i < count; i++) this.#first[margin + i] = pixels[at + i * stride] ?? 0;
    blurWide(this.#first, count, box, this.#second, margin, 1);
    blurWide(this.#second, count, box, this.#first, margin, 1);
    blurWide(this.#first, count, box, pixels, at, stride);
  }
}
