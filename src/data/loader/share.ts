/** How the samples of a data set are distributed over ranks. */
export interface ShareRule {
  /** The number of samples in the data set. */
  readonly length: number;
  /** Samples per batch on each rank. */
  readonly batchSize: number;
  readonly rank: number;
  readonly worldSize: number;
  /** Whether an incomplete last batch is left out, and samples that cannot be shared evenly. */
  readonly dropLast: boolean;
  /** Whether some samples are repeated so that all ranks get the same number. */
  readonly pad: boolean;
}

/** A rank's share of an epoch. */
export interface Share {
  /** The number of this rank's samples. */
  readonly samples: number;
  /** The number of this rank's batches. */
  readonly batches: number;
  /**
   * Batches of the rank that has the most; the same number on all ranks. Limits, intervals and lengths are computed
   * from it, so that all ranks decide alike.
   */
  readonly groupBatches: number;
}

/** Returns a rank's share. Without padding, some ranks may have fewer samples and batches than others, or none. */
export function shareOf({ length, batchSize, rank, worldSize, dropLast, pad }: ShareRule): Share {
  const most = dropLast ? Math.floor(length / worldSize) : Math.ceil(length / worldSize);
  const samples = dropLast || pad ? most : Math.max(0, Math.ceil((length - rank) / worldSize));
  const batchesOf = (count: number): number =>
    dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
  return { samples, batches: batchesOf(samples), groupBatches: batchesOf(most) };
}
