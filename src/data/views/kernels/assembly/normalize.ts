/**
 * Looks up the bytes of rows of three planes in a table of 256 floats per channel, and writes RGB floats without gaps.
 */
export function normalize(
  pixels: usize,
  plane: usize,
  width: usize,
  height: i32,
  table: usize,
  out: usize,
): void {
  for (let y = 0; y < height; y++) {
    for (const end = pixels + width; pixels < end; pixels++) {
      store<f32>(out, load<f32>(table + ((<usize>load<u8>(pixels)) << 2)));
      store<f32>(out, load<f32>(table + ((<usize>load<u8>(pixels + plane)) << 2), 1024), 4);
      store<f32>(out, load<f32>(table + ((<usize>load<u8>(pixels + 2 * plane)) << 2), 2048), 8);
      out += 12;
    }
    pixels += 3 * plane - width;
  }
}
