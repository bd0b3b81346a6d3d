import { compile, tf } from '../../src';
import type { Ranks } from '../../src';
import type { Network } from './cost-model';

const REPETITIONS = 40;
const SMALL_BYTES = 4096;
const LARGE_BYTES = 40 * 2 ** 20;

/** Measures the latency and bandwidth of the all-reduce here, from a small and a large one. */
export async function timeExchanges(ranks: Ranks): Promise<Network> {
  const small = await medianSeconds(ranks, SMALL_BYTES);
  const large = await medianSeconds(ranks, LARGE_BYTES);
  const parts = 2 * (ranks.worldSize - 1);
  const bandwidth = ((parts / ranks.worldSize) * (LARGE_BYTES - SMALL_BYTES)) / (large - small);
  return { name: 'this machine', latency: small / parts, bandwidth };
}

async function medianSeconds(ranks: Ranks, bytes: number): Promise<number> {
  const values = tf.ones<tf.Rank.R1>([bytes / 4]);
  // Returns only a number, so that only the exchange is measured.
  const exchange = compile((own: tf.Tensor1D) => tf.slice(ranks.allReduce(own, 'sum'), 0, 1), {
    name: 'exchange',
  });
  const seconds: number[] = [];
  for (let index = 0; index < REPETITIONS; index++) {
    const begin = performance.now();
    (await exchange(values)).dispose();
    seconds.push((performance.now() - begin) / 1000);
  }
  exchange.dispose();
  values.dispose();
  return seconds.sort((a, b) => a - b)[REPETITIONS / 2]!;
}
