/** Places of a block's coefficients, row by row, in the order of the file. */
export const zigzag = memory.data<u8>([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
  53, 60, 61, 54, 47, 55, 62, 63,
]);

/** Writes 64 bytes of quantisation steps, in the order of the file, as rows of 16-bit numbers. */
export function orderSteps(from: usize, to: usize): void {
  for (let i: usize = 0; i < 64; i++) {
    store<u16>(to + ((<usize>load<u8>(zigzag + i)) << 1), <u16>load<u8>(from + i));
  }
}
