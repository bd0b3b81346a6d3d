/** Inverts those of `length` bytes that are at least `threshold`, in place: a byte becomes 255 minus itself. */
export function solarize(pixels: usize, length: usize, threshold: i32): void {
  const least = i8x16.splat(<i8>threshold);
  for (const end = pixels + length; pixels < end; pixels += 16) {
    const bytes = v128.load(pixels);
    v128.store(pixels, v128.xor(bytes, i8x16.ge_u(bytes, least)));
  }
}
