/**
 * Copies a scan's bytes from `from` up to a marker, without the zeros behind bytes of 255, to `to`, and turns each four of
 * them around, so that they load as one number. Returns where the marker is, or `end`; the number of bytes copied goes in
 * front of `to`, in 32 bits.
 */
export function readStream(from: usize, end: usize, to: usize): usize {
  let out = to;
  while (from < end) {
    const bytes = v128.load(from);
    v128.store(out, bytes);
    const found = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(-1)));
    if (!found) {
      from += 16;
      out += 16;
      continue;
    }
    const before = ctz(found);
    from += before;
    out += before;
    if (from >= end || load<u8>(from, 1)) break;
    from += 2;
    out += 1;
  }
  if (from > end) out -= from - end;
  store<u32>(to - 4, <u32>(out - to));
  // Zeros, for what is read ahead.
  memory.fill(out, 0, 64);
  for (let at = to; at < out; at += 16) {
    const swapped = i8x16.swizzle(v128.load(at), i8x16(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
    v128.store(at, swapped);
  }
  return min(from, end);
}
