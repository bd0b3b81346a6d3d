/** Bits of a code, and of the number behind it, that one look-up decodes. */
export const LOOKED: i32 = 10;
/** Parts of a table: entries by the next bits, then the codes' limits and places by length, then the symbols. */
const LIMITS: usize = 4 << LOOKED;
const PLACES: usize = LIMITS + 17 * 4;
const SYMBOLS: usize = PLACES + 17 * 4;
/** What an end of block skips: all coefficients. */
export const END: i32 = 64;

/** The number that `size` bits stand for: their upper half is positive, their lower half negative. */
// @ts-ignore: decorator
@inline
export function numberOf(bits: i32, size: i32): i32 {
  return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}

/** Zeros before a coefficient; past all of them where the block ends. */
// @ts-ignore: decorator
@inline
export function runOf(symbol: i32): i32 {
  const run = symbol >> 4;
  return (symbol & 15) == 0 && run < 15 ? END : run;
}

/**
 * Builds a table from the counts of codes of 1 to 16 bits, and their symbols. An entry is the number in the high 16 bits,
 * then its run, then the bits of both; or, where they are more than one look-up sees, the symbol, the code's bits, and
 * 0. DC tables have no runs. Returns whether the codes fit into their lengths.
 */
export function buildTable(table: usize, counts: usize, symbols: usize, isDc: bool): bool {
  memory.fill(table, 0, SYMBOLS + 256);
  let code: i32 = 0;
  let place: i32 = 0;
  for (let length = 1; length <= 16; length++) {
    const count = <i32>load<u8>(counts + length - 1);
    store<i32>(table + ((<usize>length) << 2), place - code, PLACES);
    for (let i = 0; i < count; i++) {
      const symbol = <i32>load<u8>(symbols + place);
      if (code >= 1 << length || place > 255 || (isDc && symbol > 11)) return false;
      store<u8>(table + place, symbol, SYMBOLS);
      if (length <= LOOKED) enter(table, code, length, symbol, isDc);
      code++;
      place++;
    }
    store<i32>(table + ((<usize>length) << 2), code << (16 - length), LIMITS);
    code <<= 1;
  }
  return true;
}

/** Fills the entries of all bits that begin with a code. */
function enter(table: usize, code: i32, length: i32, symbol: i32, isDc: bool): void {
  const size = symbol & 15;
  const run = isDc ? 0 : runOf(symbol);
  const rest = LOOKED - length;
  const whole = length + size <= LOOKED;
  for (let tail = 0; tail < 1 << rest; tail++) {
    const number = whole && size ? numberOf(tail >> (rest - size), size) : 0;
    const entry = whole ? (number << 16) | (run << 8) | (length + size) : (symbol << 16) | (length << 8);
    store<i32>(table + ((<usize>((code << rest) | tail)) << 2), entry);
  }
}

/** Length of a code and its symbol, as `length << 8 | symbol`, by the next 16 bits; 0 where there is no such code. */
export function searchCode(table: usize, next: i32): i32 {
  for (let length = LOOKED + 1; length <= 16; length++) {
    if (next >= load<i32>(table + ((<usize>length) << 2), LIMITS)) continue;
    const place = (next >> (16 - length)) + load<i32>(table + ((<usize>length) << 2), PLACES);
    return (length << 8) | load<u8>(table + place, SYMBOLS);
  }
  return 0;
}
