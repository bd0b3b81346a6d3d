/** A connection between ranks. */
export interface Network {
  readonly name: string;
  /** Seconds from one rank to the next, besides the transfer. */
  readonly latency: number;
  /** Bytes a second, each way. */
  readonly bandwidth: number;
}

/** What a step computes and exchanges. */
export interface StepCost {
  /** Seconds of a rank's own work. */
  readonly compute: number;
  /** Bytes of gradients, in so many buckets. */
  readonly gradientBytes: number;
  readonly buckets: number;
  /** Exchanges of batch statistics that wait for each other, and the bytes of all of them. */
  readonly statisticsRounds: number;
  readonly statisticsBytes: number;
}

/**
 * Seconds of an all-reduce in a ring: every rank sends 2 (W − 1) parts of n / W bytes, one after the other.
 *
 * Source: Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations" (2009).
 */
export function ringSeconds(ranks: number, bytes: number, { latency, bandwidth }: Network): number {
  const parts = 2 * (ranks - 1);
  return parts * latency + (parts / ranks) * (bytes / bandwidth);
}

/** Seconds of a step, where nothing is exchanged while a rank computes: the most that it can take. */
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
