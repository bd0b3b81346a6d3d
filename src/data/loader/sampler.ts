import { RandomStream, permutation } from '../../engine/random';
import { FulgurError } from '../../errors';
import { requireWhole } from './loader-options';
import { shareOf } from './share';

/** Options of `Sampler`. */
export interface SamplerOptions {
  /** The number of samples in the data set. */
  readonly length: number;
  readonly shuffle: boolean;
  readonly seed: number;
  /** This process's rank among `worldSize` (default 0 of 1). */
  readonly rank?: number;
  readonly worldSize?: number;
  /**
   * Whether to truncate the order to a multiple of the ranks instead of padding it with its own beginning (default
   * `false`).
   */
  readonly dropLast?: boolean;
  /**
   * Whether to pad (default `true`). Without padding, ranks may have different numbers of samples, none repeated, as in
   * evaluations.
   */
  readonly pad?: boolean;
}

/**
 * Determines the samples of a rank, epoch by epoch: every rank draws the same permutation from (seed, epoch), makes its
 * length a multiple of the world size, and takes every `worldSize`-th sample, starting from its rank. Like PyTorch's
 * `DistributedSampler`; with one rank, like its `RandomSampler` or `SequentialSampler`.
 *
 * @throws FulgurError of kind `config` if the rank does not exist.
 */
export class Sampler {
  /** The number of this rank's samples per epoch. */
  readonly length: number;
  readonly #options: Required<SamplerOptions>;

  constructor({ rank = 0, worldSize = 1, dropLast = false, pad = true, ...options }: SamplerOptions) {
    requireWhole('worldSize', worldSize, 1);
    requireRank(rank, worldSize);
    this.#options = { ...options, rank, worldSize, dropLast, pad };
    this.length = shareOf({ ...this.#options, batchSize: 1 }).samples;
  }

  /** Returns the indices of this rank's samples in an epoch, in order. */
  order(epoch: number): Uint32Array {
    const { length, shuffle, seed, rank, worldSize } = this.#options;
    const all = shuffle ? permutation(length, new RandomStream(seed, 'shuffle', [epoch])) : null;
    return Uint32Array.from({ length: this.length }, (_, position) => {
      const place = (rank + position * worldSize) % length;
      return all === null ? place : (all[place] ?? 0);
    });
  }
}

function requireRank(rank: number, worldSize: number): void {
  if (Number.isInteger(rank) && rank >= 0 && rank < worldSize) return;
  throw new FulgurError('config', {
    what: `Rank ${rank} does not exist among ${worldSize} ranks.`,
    fix: `Use a whole number from 0 to ${worldSize - 1}.`,
  });
}
