import { luma } from './luma';

/** A byte's way to a new value: brightness, contrast and their chains are such tables. */
export function identityTable(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) => value);
}

/** `from + factor * (to - from)` in float32, cut to a byte, as Pillow's `Image.blend`. */
function blendByte(from: number, to: number, factor: number): number {
  const blended = Math.fround(from + Math.fround(factor * (to - from)));
  return Math.trunc(Math.min(Math.max(blended, 0), 255));
}

/**
 * Appends a blend away from one gray level to the chain of `table`: level 0 changes brightness, an image's mean luma
 * changes contrast. Bit-equal to torchvision's `adjust_brightness` and `adjust_contrast` on PIL images.
 */
export function appendBlend(table: Uint8Array, level: number, factor: number): void {
  const narrow = Math.fround(factor);
  for (let value = 0; value < 256; value++) table[value] = blendByte(level, table[value] ?? 0, narrow);
}

const steps = new Float32Array(511);

/**
 * Blends each pixel away from its own luma, in place; bytes are looked up in `table` first. Bit-equal to torchvision's
 * `adjust_saturation` on PIL images.
 */
export function adjustSaturation(
  pixels: Uint8Array,
  length: number,
  factor: number,
  table: Uint8Array,
): void {
  const narrow = Math.fround(factor);
  for (let difference = -255; difference <= 255; difference++) steps[difference + 255] = narrow * difference;
  for (let i = 0; i < length; i += 3) {
    const red = table[pixels[i] ?? 0] ?? 0;
    const green = table[pixels[i + 1] ?? 0] ?? 0;
    const blue = table[pixels[i + 2] ?? 0] ?? 0;
    const gray = luma(red, green, blue);
    pixels[i] = saturate(gray, red);
    pixels[i + 1] = saturate(gray, green);
    pixels[i + 2] = saturate(gray, blue);
  }
}

function saturate(gray: number, value: number): number {
  // Truncated before the limits are applied, which changes nothing and keeps to integers.
  const blended = Math.fround(gray + (steps[value - gray + 255] ?? 0)) | 0;
  return blended < 0 ? 0 : blended > 255 ? 255 : blended;
}
