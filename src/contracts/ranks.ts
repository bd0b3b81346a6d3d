import type * as tf from '@tensorflow/tfjs-core';
import type { Json } from './json';

/**
 * The processes that train together. What is called on one rank must be called on all, in the same order, else they
 * wait for each other; with one process everything returns at once.
 */
export interface Ranks {
  /** This process, from 0. */
  readonly rank: number;
  readonly worldSize: number;
  /**
   * Sum or mean of a float32 or int32 tensor over all ranks, the same bits on each; the shape must be the same, too.
   * For functions that are compiled: there it is one operation of the step. It has no gradient.
   */
  allReduce<T extends tf.Tensor>(tensor: T, result: 'sum' | 'mean'): T;
  /** What each rank gave, by rank. */
  gather<T extends Json>(value: T): Promise<T[]>;
  /** The same for bytes. */
  gatherBytes(bytes: Uint8Array): Promise<Uint8Array[]>;
  /** Rank 0's bytes; what others give is not looked at. */
  broadcastBytes(bytes: Uint8Array): Promise<Uint8Array>;
  /** Whether any rank wishes it. */
  anyRank(wish: boolean): Promise<boolean>;
}
