/**
 * Rounds normalised values of RGB images to bytes, pixel by pixel; without mean and deviation, the values range from 0
 * to 1.
 */
export function pixelBytes(
  values: Float32Array,
  { mean, std }: { readonly mean: readonly number[]; readonly std: readonly number[] },
): Uint8Array {
  const clamped = Uint8ClampedArray.from(
    values,
    (value, at) => 255 * (value * (std[at % 3] ?? 1) + (mean[at % 3] ?? 0)),
  );
  return new Uint8Array(clamped.buffer);
}
