/** As in src/data/views/kernels/soft-box.ts. */
const BOX_BITS: u32 = 24;
const HALF: u32 = 1 << (BOX_BITS - 1);

/**
 * Applies one box blur of any radius. The line to blur starts at `radius + 1` in `line`; its surroundings are
 * overwritten. The result is written to every `step`-th byte from `out` on.
 */
function blurOnce(
  line: usize,
  count: i32,
  radius: i32,
  inner: u32,
  outer: u32,
  out: usize,
  step: usize,
): void {
  const margin = radius + 1;
  memory.fill(line, load<u8>(line + margin), margin);
  memory.fill(line + margin + count, load<u8>(line + margin + count - 1), margin);
  const reach = 2 * radius + 1;
  // The sum of the box around the byte before the line's first byte.
  let sum: u32 = 0;
  for (let i = 0; i < reach; i++) sum += load<u8>(line + i);
  for (let i = 0; i < count; i++) {
    const before = <u32>load<u8>(line + i);
    const ends = before + load<u8>(line + i + reach + 1);
    sum += <u32>load<u8>(line + i + reach) - before;
    store<u8>(out, (sum * inner + ends * outer + HALF) >> BOX_BITS);
    out += step;
  }
}

/**
 * Applies three box blurs of any radius along a line, in place: `count` bytes, every `step`-th from `at` on. `room` is
 * space for two lines with `radius + 1` more bytes at each end.
 */
export function blurWide(
  at: usize,
  step: usize,
  count: i32,
  radius: i32,
  inner: u32,
  outer: u32,
  room: usize,
): void {
  const margin = radius + 1;
  const first = room;
  const second = room + count + 2 * margin;
  for (let i = 0; i < count; i++) store<u8>(first + margin + i, load<u8>(at + <usize>i * step));
  blurOnce(first, count, radius, inner, outer, second + margin, 1);
  blurOnce(second, count, radius, inner, outer, first + margin, 1);
  blurOnce(first, count, radius, inner, outer, at, step);
}
