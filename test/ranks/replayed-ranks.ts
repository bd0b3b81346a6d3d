import * as tf from '@tensorflow/tfjs-core';
import * as nn from '../../src/nn';
import type { StepRanks } from '../../src/nn';

/** What all ranks put into one exchange. */
interface Exchange {
  readonly shape: readonly number[];
  /** By rank; those not yet played lack theirs. */
  readonly given: Float32Array[];
}

/** Ends a rank's play at an exchange for which others have not given anything yet. */
class Waits extends Error {}

/**
 * Plays a step of several ranks in one process, forward and back: a rank's step is begun again until what all ranks put into
 * each of its exchanges is known. So each rank has what real ones would have, also in the gradients.
 *
 * @param step one rank's step, run operation by operation; it is called many times and must begin again each time.
 * @returns what it gives, by rank.
 */
export function replayRanks<T>(worldSize: number, step: (rank: number) => T): T[] {
  const exchanges: Exchange[] = [];
  for (let known = -1; ;) {
    const results = Array.from({ length: worldSize }, (_, rank) => play(rank, worldSize, exchanges, step));
    if (results.every(({ waits }) => !waits)) return results.flatMap(({ values }) => values);
    const given = exchanges.reduce((sum, exchange) => sum + Object.keys(exchange.given).length, 0);
    if (given === known) throw new Error('A rank waits for others, which have ended.');
    known = given;
  }
}

function play<T>(
  rank: number,
  worldSize: number,
  exchanges: Exchange[],
  step: (rank: number) => T,
): { waits: boolean; values: T[] } {
  let index = 0;
  const group: StepRanks = {
    rank,
    worldSize,
    allReduce: <V extends tf.Tensor>(tensor: V, result: 'sum' | 'mean'): V => {
      const exchange = (exchanges[index++] ??= { shape: tensor.shape, given: [] });
      if (!tf.util.arraysEqual([...exchange.shape], tensor.shape))
        throw new Error('Ranks exchange other shapes.');
      exchange.given[rank] = tensor.dataSync() as Float32Array;
      if (Object.keys(exchange.given).length < worldSize) throw new Waits();
      const share = result === 'mean' ? worldSize : 1;
      const sums = exchange.given[0]!.map(
        (_, i) => exchange.given.reduce((sum, own) => sum + own[i]!, 0) / share,
      );
      return tf.tensor(sums, tensor.shape) as V;
    },
  };
  try {
    return { waits: false, values: [nn.withRanks(group, () => step(rank))] };
  } catch (error) {
    if (error instanceof Waits) return { waits: true, values: [] };
    throw error;
  }
}
