/** A connection between ranks. */
export interface Network {
  readonly name: string;
  /** Latency from one rank to the next in seconds, excluding the transfer. */
  readonly latency: number;
  /** Bytes per second in each direction. */
  readonly bandwidth: number;
}

/** The computation and exchanges of a step. */
export interface StepCost {
  /** Seconds of a rank's own work. */
  readonly compute: number;
  /** Bytes of gradients, and the number of buckets. */
  readonly gradientBytes: number;
  readonly buckets: number;
  /** Number of sequential exchanges of batch statistics, and their total number of bytes. */
  readonly statisticsRounds: number;
  readonly statisticsBytes: number;
}

/**
 * Returns the seconds of a ring all-reduce: every rank sends 2 (W − 1) parts of n / W bytes, one after another.
 *
 * Source: Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations" (2009).
 */
export function ringSeconds(ranks: number, bytes: number, { latency, bandwidth }: Network): number {
  const parts = 2 * (ranks - 1);
  return parts * latency + (parts / ranks) * (bytes / bandwidth);
}

/** Returns the seconds of a step if no exchange overlaps with computation: an upper bound. */
export function stepSeconds(ranks: number, cost: StepCost, network: Network): number {
  if (ranks === 1) return cost.compute;
  const { compute, gradientBytes, buckets, statisticsRounds, statisticsBytes } = cost;
  const gradients = buckets * ringSeconds(ranks, gradientBytes / buckets, network);
  const statistics =
    statisticsRounds === 0
      ? 0
      : statisticsRounds * ringSeconds(ranks, statisticsBytes / statisticsRounds, network);
  return compute + gradients + statistics;
}
