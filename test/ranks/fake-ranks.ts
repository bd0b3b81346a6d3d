import * as tf from '@tensorflow/tfjs-core';
import type { Ranks } from '../../src/contracts';

/** One rank of several that all have the same: sums are multiples, and what is exchanged is counted. */
export class FakeRanks implements Ranks {
  exchanges = 0;

  constructor(
    readonly worldSize: number,
    readonly rank = 0,
  ) {}

  // An arrow function, as those of the real ones may be taken off their object.
  readonly allReduce = <T extends tf.Tensor>(tensor: T, result: 'sum' | 'mean'): T => {
    this.exchanges += 1;
    return tf.mul(tensor, result === 'sum' ? this.worldSize : 1);
  };

  gather<T>(value: T): Promise<T[]> {
    return Promise.resolve(Array.from({ length: this.worldSize }, () => value));
  }

  gatherBytes(bytes: Uint8Array): Promise<Uint8Array[]> {
    return this.gather(bytes);
  }

  broadcastBytes(bytes: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(bytes);
  }

  anyRank(wish: boolean): Promise<boolean> {
    return Promise.resolve(wish);
  }
}
