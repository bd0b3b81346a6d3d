/** Pillow refuses larger images too, as decompression bombs. */
export const largestImage = 178_956_970;

/** @throws Error where an image of this size cannot be, or has too many pixels. */
export function requireSize(width: number, height: number): void {
  if (!(width > 0 && height > 0)) throw new Error(`its size is ${width} x ${height}`);
  if (width * height > largestImage) {
    throw new Error(`it has ${width} x ${height} pixels, more than ${largestImage}`);
  }
}
