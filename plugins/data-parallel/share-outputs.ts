import { tf } from '../../src';
import type { LoggedValue, Ranks, StepOutputs } from '../../src';

type Reduce = LoggedValue<unknown>['options']['reduce'];

/**
 * What a step gave, over all ranks: means, and smallest and largest values where they are logged so. Sums stay each
 * rank's own; they are added up at the epoch's end. One exchange, of as many numbers as ranks times values.
 */
export function shareOutputs(ranks: Ranks, { loss, logged }: StepOutputs<tf.Scalar>): StepOutputs<tf.Scalar> {
  if (ranks.worldSize === 1) return { loss, logged };
  return tf.tidy(() => {
    const own = tf.stack([loss, ...logged.map(({ value }) => value)]);
    const rows = everybodys(ranks, own as tf.Tensor1D);
    const [lossOfAll = loss, ...values] = tf.unstack(rows, 1).map((column, index) => {
      const reduce = logged[index - 1]?.options.reduce ?? 'mean';
      return reduce === 'sum' ? null : over(column, reduce);
    });
    return {
      loss: lossOfAll ?? loss,
      logged: logged.map((entry, index) => ({ ...entry, value: values[index] ?? entry.value })),
    };
  });
}

/** The vectors of all ranks: `[ranks, values]`. */
function everybodys({ rank, worldSize, allReduce }: Ranks, own: tf.Tensor1D): tf.Tensor2D {
  const row = tf.pad2d(tf.reshape(own, [1, own.size]), [
    [rank, worldSize - rank - 1],
    [0, 0],
  ]);
  return allReduce(row, 'sum');
}

function over(column: tf.Tensor, reduce: Exclude<Reduce, 'sum'>): tf.Scalar {
  switch (reduce) {
    case 'mean':
      return tf.mean(column);
    case 'min':
      return tf.min(column);
    case 'max':
      return tf.max(column);
  }
}
