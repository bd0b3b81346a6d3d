/** How the samples of a data set are dealt to ranks. */
export interface ShareRule {
  /** Samples in the data set. */
  readonly length: number;
  /** Samples in a batch, on each rank. */
  readonly batchSize: number;
  readonly rank: number;
  readonly worldSize: number;
  /** Whether a last batch that is not full is left out, and samples that do not go round. */
  readonly dropLast: boolean;
  /** Whether ranks get equally many samples by getting some twice. */
  readonly pad: boolean;
}

/** What a rank gets of an epoch. */
export interface Share {
  /** Samples of this rank. */
  readonly samples: number;
  /** Batches of this rank. */
  readonly batches: number;
  /**
   * Batches of the rank that has the most, the same number on all ranks: limits, intervals and lengths are worked out
   * from it, so that what one rank decides all decide.
   */
  readonly groupBatches: number;
}

/** A rank's share. Without padding some ranks may have fewer samples and batches than others, even none. */
export function shareOf({ length, batchSize, rank, worldSize, dropLast, pad }: ShareRule): Share {
  const most = dropLast ? Math.floor(length / worldSize) : Math.ceil(length / worldSize);
  const samples = dropLast || pad ? most : Math.max(0, Math.ceil((length - rank) / worldSize));
  const batchesOf = (count: number): number =>
    dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
  return { samples, batches: batchesOf(samples), groupBatches: batchesOf(most) };
}
