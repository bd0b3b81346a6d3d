const MULTIPLIER_0 = 0xd2511f53 | 0;
const MULTIPLIER_1 = 0xcd9e8d57 | 0;
const LOW_0 = MULTIPLIER_0 & 0xffff;
const HIGH_0 = MULTIPLIER_0 >>> 16;
const LOW_1 = MULTIPLIER_1 & 0xffff;
const HIGH_1 = MULTIPLIER_1 >>> 16;
const WEYL_0 = 0x9e3779b9 | 0;
const WEYL_1 = 0xbb67ae85 | 0;
const ROUNDS = 10;
/** The number of words from one counter. */
export const BLOCK = 4;
// Outside the loops: in a script with its own context, each look-up of a global costs 100 ns.
const { imul } = Math;

/**
 * Philox4x32-10: four random words for each of the 128-bit counters from `counter` on, of which the first word is
 * incremented, under a 64-bit key; as many as fit into `out`.
 *
 * All numbers are 32-bit ones, which the compiler keeps in registers: a product's high half is assembled from 16-bit
 * parts.
 *
 * Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), as in Random123, JAX and TensorFlow.
 */
export function philox(
  out: Uint32Array,
  key: readonly [number, number],
  [first, second, third, fourth]: readonly [number, number, number, number],
): void {
  for (let at = 0; at < out.length; at += BLOCK) {
    let c0 = (first + at / BLOCK) | 0;
    let c1 = second | 0;
    let c2 = third | 0;
    let c3 = fourth | 0;
    let k0 = key[0] | 0;
    let k1 = key[1] | 0;
    for (let round = 0; round < ROUNDS; round++) {
      const c0Low = c0 & 0xffff;
      const c0High = c0 >>> 16;
      const a = imul(LOW_0, c0High);
      const b = imul(HIGH_0, c0Low);
      const carry0 = ((imul(LOW_0, c0Low) >>> 16) + (a & 0xffff) + (b & 0xffff)) >>> 16;
      const high0 = (imul(HIGH_0, c0High) + (a >>> 16) + (b >>> 16) + carry0) | 0;
      const c2Low = c2 & 0xffff;
      const c2High = c2 >>> 16;
      const c = imul(LOW_1, c2High);
      const d = imul(HIGH_1, c2Low);
      const carry1 = ((imul(LOW_1, c2Low) >>> 16) + (c & 0xffff) + (d & 0xffff)) >>> 16;
      const high1 = (imul(HIGH_1, c2High) + (c >>> 16) + (d >>> 16) + carry1) | 0;
      const low0 = imul(MULTIPLIER_0, c0);
      c0 = high1 ^ c1 ^ k0;
      c1 = imul(MULTIPLIER_1, c2);
      c2 = high0 ^ c3 ^ k1;
      c3 = low0;
      k0 = (k0 + WEYL_0) | 0;
      k1 = (k1 + WEYL_1) | 0;
    }
    out[at] = c0;
    out[at + 1] = c1;
    out[at + 2] = c2;
    out[at + 3] = c3;
  }
}
