import { philox } from './philox';

const { sqrt, log, cos, PI } = Math;

/** What draws are for: streams of different purposes never share a number. */
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
export type Purpose = keyof typeof purposes;

/** The coordinates of a stream, for example `[epoch, sample, view]`; up to three unsigned 32-bit numbers. */
export type StreamPosition = readonly [first?: number, second?: number, third?: number];

/**
 * A stream of random numbers that depends on its coordinates alone: (seed, purpose, position). Two streams with the
 * same coordinates give the same numbers in any process, thread and order of calls.
 */
export class RandomStream {
  readonly #key: readonly [number, number];
  readonly #position: readonly [number, number, number];
  readonly #block = new Uint32Array(4);
  #used = 4;
  #blocks = 0;

  constructor(seed: number, purpose: Purpose, position: StreamPosition = []) {
    // Seeds up to 2^53 count whole: the high word shares its half of the key with the purpose.
    const high = Math.floor(seed / 0x100000000);
    this.#key = [seed >>> 0, (purposes[purpose] ^ (high << 8)) >>> 0];
    this.#position = [(position[0] ?? 0) >>> 0, (position[1] ?? 0) >>> 0, (position[2] ?? 0) >>> 0];
  }

  /** A whole number, uniform over [0, 2^32). */
  word(): number {
    if (this.#used === 4) {
      const [first, second, third] = this.#position;
      philox(this.#block, this.#key, [this.#blocks, first, second, third]);
      this.#blocks += 1;
      this.#used = 0;
    }
    const word = this.#block[this.#used] ?? 0;
    this.#used += 1;
    return word;
  }

  /** Uniform over [low, high), with 32 random bits. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.word() / 0x100000000);
  }

  /**
   * A whole number, uniform over [0, bound), without modulo bias.
   *
   * @throws RangeError when the bound is not between 1 and 2^32
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

  /** Whether an event of this probability happens. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Normal with mean 0 and deviation 1, by Box and Muller's transform. */
  normal(): number {
    const radius = sqrt(-2 * log((this.word() + 1) / 0x100000000));
    return radius * cos(2 * PI * this.uniform());
  }
}
