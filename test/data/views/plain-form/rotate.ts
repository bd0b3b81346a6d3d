/** Fraction bits of a source position. */
const BITS = 16;

/**
 * Turns an RGB image counter-clockwise about its centre; what comes from outside is black. Bit-equal to
 * Pillow's `rotate(degrees)`: nearest neighbour in 16.16 fixed point, and exact at multiples of 90.
 */
export function rotate(pixels: Uint8Array, width: number, degrees: number, out: Uint8Array): void {
  const angle = (((degrees % 360) + 360) % 360) * (Math.PI / 180);
  // Rounded so that right angles have exact cosines.
  const cosine = Number(Math.cos(angle).toFixed(15));
  const sine = Number(Math.sin(angle).toFixed(15));
  const height = pixels.length / 3 / width;
  const [centerX, centerY] = [width / 2, height / 2];
  const stepX = fixed(cosine);
  const stepY = fixed(sine);
  let rowX = fixed(centerX - cosine * centerX + sine * centerY + (cosine - sine) * 0.5);
  let rowY = fixed(centerY - sine * centerX - cosine * centerY + (sine + cosine) * 0.5);
  for (let row = 0; row < height; row++) {
    let x = rowX;
    let y = rowY;
    for (let column = 0; column < width; column++) {
      copyPixel(pixels, width, x >> BITS, y >> BITS, out, (row * width + column) * 3);
      x += stepX;
      y += stepY;
    }
    rowX += fixed(-sine);
    rowY += fixed(cosine);
  }
}

function fixed(value: number): number {
  return Math.floor(value * (1 << BITS) + 0.5);
}

function copyPixel(
  pixels: Uint8Array,
  width: number,
  x: number,
  y: number,
  out: Uint8Array,
  to: number,
): void {
  const inside = x >= 0 && x < width && y >= 0 && y < pixels.length / 3 / width;
  const from = (y * width + x) * 3;
  for (let channel = 0; channel < 3; channel++) {
    out[to + channel] = inside ? (pixels[from + channel] ?? 0) : 0;
  }
}
