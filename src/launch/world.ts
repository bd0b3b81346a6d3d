/** The place of this process among those that train together. */
export interface World {
  /** From 0; rank 0 logs and saves. */
  readonly rank: number;
  readonly worldSize: number;
  /** Index of this process among those of its host, from 0; it uses the device of that number. */
  readonly localRank: number;
  /** The number of ranks on this host, which share its cores. */
  readonly localWorldSize: number;
  /** The `host:port` at which every rank listens for the others, by rank. */
  readonly addresses: readonly string[];
  /** Cores reserved for this rank, if its launcher reports it; otherwise the ranks of a host share its cores. */
  readonly cores?: number;
  /** The source of this information, for messages: `TF_CONFIG`, `torchrun`, `Slurm`, `--devices`. */
  readonly source: string;
}
