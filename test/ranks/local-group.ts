import * as tf from '@tensorflow/tfjs-core';
import type { Json, Ranks } from '../../src/contracts';

/** Ranks in one process that really exchange what they have; each gets a call of `work`. */
export function inGroup<T>(worldSize: number, work: (ranks: Ranks) => Promise<T>): Promise<T[]> {
  const rounds: { given: unknown[]; waiting: ((all: unknown[]) => void)[] }[] = [];
  const member = (rank: number): Ranks => {
    let round = 0;
    const exchange = <V>(value: V): Promise<V[]> => {
      const meeting = (rounds[round] ??= { given: [], waiting: [] });
      round += 1;
      meeting.given[rank] = value;
      return new Promise((done) => {
        meeting.waiting.push(done as (all: unknown[]) => void);
        if (meeting.waiting.length === worldSize) for (const go of meeting.waiting) go(meeting.given);
      });
    };
    return {
      rank,
      worldSize,
      allReduce: <V extends tf.Tensor>(tensor: V) => tf.clone(tensor),
      gather: async <V extends Json>(value: V) => {
        const texts = await exchange(JSON.stringify(value));
        return texts.map((text) => JSON.parse(text) as V);
      },
      gatherBytes: exchange,
      broadcastBytes: async (bytes) => (await exchange(bytes))[0] ?? new Uint8Array(),
      anyRank: async (wish) => (await exchange(wish)).includes(true),
    };
  };
  return Promise.all(Array.from({ length: worldSize }, (_, rank) => work(member(rank))));
}
