import { END, LOOKED, numberOf, runOf, searchCode } from './huffman';
import { flatTransform, inverseTransform } from './idct';
import { zigzag } from './zigzag';

/** What a block of a unit is made with: eight addresses and numbers of 32 bits each. */
const BLOCK: usize = 32;

/**
 * Decodes `down` rows of `across` units from a bit stream that ends at `end`. A unit has `count` blocks; the record of
 * each, at `blocks`: DC table, AC table, quantisation steps, first pixel, bytes to the next row, to the next unit and
 * to the next row of units, and the address of the DC value before. Returns the bits that were used; -1 for a code that
 * does not exist, or a stream that ends before its time.
 */
export function decodeScan(
  stream: usize,
  end: usize,
  blocks: usize,
  count: i32,
  across: i32,
  down: i32,
  block: usize,
  work: usize,
): i32 {
  // The next bits of the stream, the first one highest, and how many of them there are.
  let bits: u64 = 0;
  let held: i32 = 0;
  let at = stream;
  const blocksEnd = blocks + <usize>count * BLOCK;
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      if (at > end + 8) return -1;
      for (let record = blocks; record < blocksEnd; record += BLOCK) {
        let table = <usize>load<u32>(record);
        let place = 0;
        let first = 0;
        do {
          if (held <= 32) {
            bits |= (<u64>load<u32>(at)) << (32 - held);
            held += 32;
            at += 4;
          }
          const entry = load<i32>(table + ((<usize>(bits >> (64 - LOOKED))) << 2));
          let used = entry & 0xff;
          let run = (entry >> 8) & 0xff;
          let number = entry >> 16;
          if (!used) {
            // The code's bits, and its symbol.
            let length = run;
            let symbol = number;
            if (!length) {
              const found = searchCode(table, <i32>(bits >> 48));
              if (!found) return -1;
              length = found >> 8;
              symbol = found & 0xff;
            }
            const size = symbol & 15;
            run = place ? runOf(symbol) : 0;
            number = size ? numberOf(<i32>((bits << length) >> (64 - size)), size) : 0;
            used = length + size;
          }
          bits <<= used;
          held -= used;
          if (place) {
            place += run;
            if (place >= 64) {
              if (run == END) break;
              return -1;
            }
            store<i16>(block + ((<usize>load<u8>(zigzag + place)) << 1), number);
          } else {
            const before = load<u32>(record, 28);
            first = load<i32>(before) + number;
            store<i32>(before, first);
            store<i16>(block, first);
            table = load<u32>(record, 4);
          }
          place++;
        } while (place < 64);
        // An end of block leaves its skip behind the first coefficient's place.
        const steps = load<u32>(record, 8);
        const to = load<u32>(record, 12);
        const stride = load<u32>(record, 16);
        if (place == END + 1) {
          store<i16>(block, 0);
          flatTransform(<i16>(first * load<i16>(steps)), to, stride);
        } else inverseTransform(block, steps, work, to, stride);
        store<u32>(record, to + load<u32>(record, 20), 12);
      }
    }
    for (let record = blocks; record < blocksEnd; record += BLOCK) {
      store<u32>(record, load<u32>(record, 12) - across * load<u32>(record, 20) + load<u32>(record, 24), 12);
    }
  }
  return <i32>(at - stream) * 8 - held;
}
