import { tf } from '../../src';
import type { LoggedValue, Ranks, StepOutputs } from '../../src';

/**
 * What a step gave, over all ranks: means, and smallest and largest values where they are logged so. Sums stay each
 * rank's own; they are added up at the epoch's end. One exchange, of as many numbers as ranks times values.
 */
export function shareOutputs(ranks: Ranks, outputs: StepOutputs<tf.Scalar>): StepOutputs<tf.Scalar> {
  const { rank, worldSize } = ranks;
  if (worldSize === 1) return outputs;
  const shared = outputs.logged.filter(({ options }) => options.reduce !== 'sum');
  const reduced = tf.tidy(() => {
    const own = tf.stack([outputs.loss, ...shared.map(({ value }) => value)]);
    const row = tf.pad2d(tf.expandDims(own, 0), [
      [rank, worldSize - rank - 1],
      [0, 0],
    ]);
    const columns = tf.unstack(ranks.allReduce(row, 'sum'), 1);
    const kinds = ['mean' as const, ...shared.map(({ options }) => options.reduce)];
    return columns.map((column, index) => over(column, kinds[index]!));
  });
  const [loss, ...values] = reduced;
  const byName = new Map(shared.map(({ name }, index) => [name, values[index]!]));
  return {
    loss: loss!,
    logged: outputs.logged.map((logged): LoggedValue<tf.Scalar> => {
      const value = byName.get(logged.name);
      return value === undefined ? logged : { ...logged, value };
    }),
  };
}

function over(column: tf.Tensor, kind: LoggedValue<unknown>['options']['reduce']): tf.Scalar {
  switch (kind) {
    case 'min':
      return tf.min(column);
    case 'max':
      return tf.max(column);
    default:
      return tf.mean(column);
  }
}
