/** Fraction bits of a source position. */
const BITS = 16;

/** Rows of three planes side by side, `plane` bytes each, of an image. */
export interface PlaneRows {
  readonly bytes: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly plane: number;
}

/**
 * Rotates the image at `from` counter-clockwise about its centre into one of the same size at `to`; areas from outside
 * are black. Bit-equal to Pillow's `rotate(degrees)`: nearest neighbour in 16.16 fixed point, and exact at multiples of
 * 90.
 */
export function rotate(rows: PlaneRows, from: number, degrees: number, to: number): void {
  const { bytes, height, width, plane } = rows;
  const angle = (((degrees % 360) + 360) % 360) * (Math.PI / 180);
  // Rounded so that right angles have exact cosines.
  const cosine = Number(Math.cos(angle).toFixed(15));
  const sine = Number(Math.sin(angle).toFixed(15));
  const [centerX, centerY] = [width / 2, height / 2];
  const stepX = fixed(cosine);
  const stepY = fixed(sine);
  let rowX = fixed(cosine * -centerX - sine * -centerY + centerX + cosine * 0.5 - sine * 0.5);
  let rowY = fixed(sine * -centerX + cosine * -centerY + centerY + sine * 0.5 + cosine * 0.5);
  for (let row = 0; row < height; row++) {
    let x = rowX;
    let y = rowY;
    for (let column = 0; column < width; column++) {
      const sourceX = x >> BITS;
      const sourceY = y >> BITS;
      const inside = sourceX >= 0 && sourceX < width && sourceY >= 0 && sourceY < height;
      const source = from + sourceY * 3 * plane + sourceX;
      const target = to + row * 3 * plane + column;
      for (let shift = 0; shift < 3 * plane; shift += plane) {
        bytes[target + shift] = inside ? (bytes[source + shift] ?? 0) : 0;
      }
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
