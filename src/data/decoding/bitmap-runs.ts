const command = { endOfRow: 0, endOfBitmap: 1, jump: 2 } as const;

/**
 * Decodes the palette indices of a run-length encoded bitmap, one byte each, rows from the bottom; as many as the file
 * has.
 *
 * @param halves whether an index has four bits.
 */
export function bitmapRuns(
  bytes: Buffer,
  start: number,
  width: number,
  height: number,
  halves: boolean,
): Uint8Array {
  const indices = new Uint8Array(width * height);
  let length = 0;
  let x = 0;
  let at = start;
  const put = (index: number): void => {
    if (length < indices.length) indices[length++] = index;
  };
  const half = (from: number, place: number): number =>
    ((bytes[from] ?? 0) >> (place % 2 === 0 ? 4 : 0)) & 0xf;
  while (length < indices.length && at + 1 < bytes.length) {
    const count = bytes[at] ?? 0;
    const value = bytes[at + 1] ?? 0;
    at += 2;
    if (count > 0) {
      // Pixels beyond the end of the row are dropped.
      const fitting = Math.min(count, Math.max(0, width - x));
      for (let place = 0; place < fitting; place++) put(halves ? half(at - 1, place) : value);
      x += fitting;
    } else if (value === command.endOfRow) {
      length = Math.ceil(length / width) * width;
      x = 0;
    } else if (value === command.endOfBitmap) {
      break;
    } else if (value === command.jump) {
      if (at + 1 >= bytes.length) break;
      length = Math.min(indices.length, length + (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * width);
      x = length % width;
      at += 2;
    } else {
      const wanted = Math.min(indices.length - length, value);
      const size = halves ? Math.ceil(wanted / 2) : wanted;
      if (at + size > bytes.length) break;
      for (let place = 0; place < wanted; place++) {
        put(halves ? half(at + (place >> 1), place) : (bytes[at + place] ?? 0));
      }
      x += value;
      at += size;
      at += at % 2;
    }
  }
  return indices.subarray(0, length);
}
