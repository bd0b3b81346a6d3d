import { BOX_BITS, PASSES, softBoxOf } from '../../../../src/data/views/kernels/soft-box';
import type { SoftBox } from '../../../../src/data/views/kernels/soft-box';

/** Pillow's `GaussianBlur(sigma)`, byte after byte: three box blurs along rows, then three along columns. */
export function gaussianBlur(pixels: Uint8Array, height: number, width: number, sigma: number): Uint8Array {
  const out = pixels.slice();
  const box = softBoxOf(sigma);
  for (let line = 0; line < height * 3; line++) {
    blurLine(out, Math.floor(line / 3) * width * 3 + (line % 3), 3, width, box);
  }
  for (let line = 0; line < width * 3; line++) blurLine(out, line, width * 3, height, box);
  return out;
}

function blurLine(pixels: Uint8Array, at: number, stride: number, count: number, box: SoftBox): void {
  let line = Array.from({ length: count }, (_, i) => pixels[at + i * stride]!);
  for (let pass = 0; pass < PASSES; pass++) line = line.map((_, i) => boxAt(line, i, box));
  line.forEach((value, i) => (pixels[at + i * stride] = value));
}

/** The soft box around a place of a line, whose ends count as if repeated outwards. */
function boxAt(line: readonly number[], place: number, { radius, inner, outer }: SoftBox): number {
  const valueAt = (i: number): number => line[Math.min(Math.max(i, 0), line.length - 1)]!;
  let middle = 0;
  for (let i = place - radius; i <= place + radius; i++) middle += valueAt(i);
  const ends = valueAt(place - radius - 1) + valueAt(place + radius + 1);
  return Math.floor((middle * inner + ends * outer + 2 ** (BOX_BITS - 1)) / 2 ** BOX_BITS);
}
