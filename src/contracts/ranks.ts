import type * as tf from '@tensorflow/tfjs-core';
import type { Json } from './json';

/**
 * The processes that train together. What one rank calls, all ranks must call in the same order, or they wait for each
 * other forever. With a single process, every call returns at once.
 */
export interface Ranks {
  /** The rank of this process, from 0. */
  readonly rank: number;
  readonly worldSize: number;
  /**
   * The sum or mean of a float32 or int32 tensor over all ranks, bitwise equal on each. The shape must be the same on
   * all. For compiled functions, where it is one operation of the step. It has no gradient.
   */
  allReduce<T extends tf.Tensor>(tensor: T, result: 'sum' | 'mean'): T;
  /** Gathers each rank's value, in order of rank. */
  gather<T extends Json>(value: T): Promise<T[]>;
  /** Gathers each rank's bytes, in order of rank. */
  gatherBytes(bytes: Uint8Array): Promise<Uint8Array[]>;
  /** Returns rank 0's bytes; those of other ranks are ignored. */
  broadcastBytes(bytes: Uint8Array): Promise<Uint8Array>;
  /** Whether `wish` is true on any rank. */
  anyRank(wish: boolean): Promise<boolean>;
}
