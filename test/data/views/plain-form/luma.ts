/** Byte of a pixel's luma by ITU-R 601-2 in 16-bit fixed point, as Pillow's mode "L". */
export function luma(red: number, green: number, blue: number): number {
  return (Math.imul(red, 19595) + Math.imul(green, 38470) + Math.imul(blue, 7471) + 0x8000) >> 16;
}

/** Rounded mean luma of an image whose bytes are looked up in `table` first. */
export function meanLuma(pixels: Uint8Array, length: number, table: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < length; i += 3) {
    sum += luma(table[pixels[i] ?? 0] ?? 0, table[pixels[i + 1] ?? 0] ?? 0, table[pixels[i + 2] ?? 0] ?? 0);
  }
  return Math.floor(sum / (length / 3) + 0.5);
}

/** Replaces each pixel by its luma, in place; bytes are looked up in `table` first. */
export function grayscale(pixels: Uint8Array, length: number, table: Uint8Array): void {
  for (let i = 0; i < length; i += 3) {
    const gray = luma(
      table[pixels[i] ?? 0] ?? 0,
      table[pixels[i + 1] ?? 0] ?? 0,
      table[pixels[i + 2] ?? 0] ?? 0,
    );
    pixels[i] = gray;
    pixels[i + 1] = gray;
    pixels[i + 2] = gray;
  }
}
