import type { World } from '../world';

/** How to wait for the other ranks. */
export interface JoinOptions {
  /** How long all ranks together may take to start; 300 unless given. */
  readonly joinSeconds?: number;
}

/** What the variables of one kind of launcher say of this process. */
export interface ClusterEnvironment {
  readonly rank: number;
  /** 1 where the launcher started this process alone. */
  readonly worldSize: number;
  /** The whole world; meets the other ranks first where the variables do not tell their addresses. */
  world(options?: JoinOptions): Promise<World>;
}
