import { normalOf, writeNormals } from './normals';
import { BLOCK, philox } from './philox';

/** The number of blocks that are made at a time if many are needed. */
const CHUNK = 256;

/** The purpose of draws: streams with different purposes never share a number. */
export const purposes = {
  initialisation: 1,
  shuffle: 2,
  view: 3,
  step: 4,
  evaluation: 5,
  validation: 6,
  test: 7,
  prediction: 8,
  call: 9,
  loose: 10,
  operation: 11,
} as const;
/** What a stream of random numbers is for; streams of different purposes are independent of each other. */
export type Purpose = keyof typeof purposes;

/** The coordinates of a stream, for example `[epoch, sample, view]`; up to three unsigned 32-bit numbers. */
export type StreamPosition = readonly [first?: number, second?: number, third?: number];

/**
 * A stream of random numbers that depends only on its coordinates: (seed, purpose, position). Two streams with the same
 * coordinates give the same numbers in any process, thread and order of calls.
 */
export class RandomStream {
  readonly #key: readonly [number, number];
  readonly #position: readonly [number, number, number];
  readonly #block = new Uint32Array(BLOCK);
  #used = BLOCK;
  #blocks = 0;

  constructor(seed: number, purpose: Purpose, position: StreamPosition = []) {
    // All bits of seeds up to 2^53 count: the high word shares its half of the key with the purpose.
    const high = Math.floor(seed / 0x100000000);
    this.#key = [seed >>> 0, (purposes[purpose] ^ (high << 8)) >>> 0];
    this.#position = [(position[0] ?? 0) >>> 0, (position[1] ?? 0) >>> 0, (position[2] ?? 0) >>> 0];
  }

  /** Returns a whole number, uniform over [0, 2^32). */
  word(): number {
    if (this.#used === BLOCK) {
      this.#writeBlocks(this.#block);
      this.#used = 0;
    }
    const word = this.#block[this.#used] ?? 0;
    this.#used += 1;
    return word;
  }

  /** Returns a number uniform over [low, high), with 32 random bits. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.word() / 0x100000000);
  }

  /**
   * Returns a whole number, uniform over [0, bound), without modulo bias.
   * @throws RangeError if the bound is not between 1 and 2^32
   */
  below(bound: number): number {
    if (!(bound >= 1 && bound <= 0x100000000))
      throw new RangeError(`There is no whole number below ${bound}.`);
    const limit = 0x100000000 - (0x100000000 % bound);
    for (;;) {
      const word = this.word();
      if (word < limit) return word % bound;
    }
  }

  /** Returns true with this probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Returns a normally distributed number with mean 0 and standard deviation 1. */
  normal(): number {
    return normalOf(this.word(), this.word());
  }

  /** Fills `out` with successive values of `deviation * this.normal()`. */
  fillNormal(out: Float32Array, deviation: number): void {
    // A value takes two words, and whole blocks are faster to make.
    const words = new Uint32Array(CHUNK * BLOCK);
    let at = 0;
    while (this.#used < BLOCK && at < out.length) out[at++] = deviation * this.normal();
    while (this.#used === BLOCK && out.length - at >= words.length / 2) {
      this.#writeBlocks(words);
      writeNormals(out.subarray(at, at + words.length / 2), words, deviation);
      at += words.length / 2;
    }
    while (at < out.length) out[at++] = deviation * this.normal();
  }

  /** The words of the next blocks. */
  #writeBlocks(words: Uint32Array): void {
    const [first, second, third] = this.#position;
    philox(words, this.#key, [this.#blocks, first, second, third]);
    this.#blocks += words.length / BLOCK;
  }
}
