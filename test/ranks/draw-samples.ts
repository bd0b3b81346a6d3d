import { compile, sameOnAllRanks, seedEverything } from '../../src/engine';
// After the engine, which puts its random operations into it.
import * as tf from '@tensorflow/tfjs-core';

const SIZE = 200_000;

const draws: Readonly<Record<string, () => tf.Tensor>> = {
  uniform: () => tf.randomUniform([SIZE]),
  normal: () => tf.randomNormal([SIZE], 1, 2),
  truncated: () => tf.truncatedNormal([SIZE]),
  gamma: () => tf.randomGamma([SIZE], 0.7),
  whole: () => tf.randomUniform([SIZE], 0, 100, 'int32'),
  chosen: () => tf.multinomial(tf.zeros<tf.Rank.R2>([2, 10]), SIZE),
  dropped: () => tf.dropout(tf.ones([SIZE]), 0.3),
};

/** What a step draws in its second call, by itself and as all ranks do: sums of all numbers, each with a weight of its own. */
export async function drawSamples(eager: boolean): Promise<Record<'own' | 'same', number[]>> {
  seedEverything(4);
  // Whole numbers add up to the same sum in any order.
  const digest = (draw: () => tf.Tensor): tf.Scalar => {
    const values = tf.cast(tf.mul(tf.reshape(tf.cast(draw(), 'float32'), [-1]), 2 ** 20), 'int32');
    return tf.sum(tf.mul(values, tf.range(1, values.size + 1, 1, 'int32')));
  };
  const step = compile(
    () => ({
      own: Object.values(draws).map(digest),
      same: sameOnAllRanks(() => Object.values(draws).map(digest)),
    }),
    { name: 'samples', eager },
  );
  await step();
  const drawn = await step();
  step.dispose();
  return drawn;
}
