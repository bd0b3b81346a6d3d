/** The default limit of an image's pixels; Pillow also rejects larger ones, as decompression bombs. */
export const largestImage = 178_956_970;

/** @throws Error if the size is impossible or has too many pixels. */
export function requireSize(width: number, height: number, most: number): void {
  if (!(width > 0 && height > 0)) throw new Error(`its size is ${width} x ${height}`);
  if (width * height > most) {
    throw new Error(`it has ${width} x ${height} pixels, more than ${most}`);
  }
}
