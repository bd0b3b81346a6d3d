import type { World } from '../world';

/** How to wait for the other ranks. */
export interface JoinOptions {
  /** How long all ranks together may take to start; 300 unless given. */
  readonly joinSeconds?: number;
}

/** What the variables of one kind of launcher say about this process. */
export interface ClusterEnvironment {
  readonly rank: number;
  /** 1 if the launcher started only this process. */
  readonly worldSize: number;
  /** Returns the whole world; if the variables do not contain the other ranks' addresses, it first meets them. */
  world(options?: JoinOptions): Promise<World>;
}
