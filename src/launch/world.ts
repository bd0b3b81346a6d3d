/** Where this process stands among those that train together. */
export interface World {
  /** From 0; rank 0 logs and saves. */
  readonly rank: number;
  readonly worldSize: number;
  /** This process among those of its host, from 0: it takes the device of that number. */
  readonly localRank: number;
  /** Ranks on this host: they share its cores. */
  readonly localWorldSize: number;
  /** `host:port` of every rank, by rank: where it listens for the others. */
  readonly addresses: readonly string[];
  /** Cores that this rank has to itself, where whoever started it says so; else ranks of a host share its cores. */
  readonly cores?: number;
  /** What told of it, for messages: `TF_CONFIG`, `torchrun`, `Slurm`, `--devices`. */
  readonly source: string;
}
