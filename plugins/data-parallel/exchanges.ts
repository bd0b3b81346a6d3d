import { tf } from '../../src';
import type { Gradients, LoggedValue, Ranks, StepOutputs } from '../../src';

type Named = readonly [name: string, gradient: tf.Tensor];

/**
 * Averages each gradient over all ranks, in a traced step. Gradients are exchanged in buckets, the last layers first,
 * as their gradients are ready first: the exchange of a bucket overlaps with the backward pass of earlier layers, as in
 * PyTorch's `DistributedDataParallel`.
 */
export function averageGradients(ranks: Ranks, gradients: Gradients, bucketBytes: number): Gradients {
  if (ranks.worldSize === 1) return gradients;
  const buckets = bucketsOf([...gradients].reverse(), bucketBytes);
  const means = new Map(buckets.flatMap((bucket) => meansOf(ranks, bucket)));
  return new Map([...gradients].map(([name, own]) => [name, means.get(name) ?? own]));
}

/** Fills each bucket as far as allowed, keeping the order of the gradients; a gradient larger than a bucket gets its own. */
export function bucketsOf(gradients: readonly Named[], bucketBytes: number): Named[][] {
  const buckets: Named[][] = [];
  let free = 0;
  for (const named of gradients) {
    const bytes = named[1].size * Float32Array.BYTES_PER_ELEMENT;
    const bucket = buckets.at(-1);
    if (bucket === undefined || bytes > free) {
      buckets.push([named]);
      free = bucketBytes;
    } else bucket.push(named);
    free -= bytes;
  }
  return buckets;
}

function meansOf(ranks: Ranks, bucket: readonly Named[]): Named[] {
  const sizes = bucket.map(([, { size }]) => size);
  const means = tf.tidy(() => {
    const flat = tf.concat(bucket.map(([, gradient]) => tf.reshape(gradient, [gradient.size])));
    const parts = tf.split(ranks.allReduce(flat, 'mean'), sizes);
    return bucket.map(([, { shape }], index) => tf.reshape(parts[index] ?? flat, shape));
  });
  return bucket.map(([name, own], index) => [name, means[index] ?? own]);
}

type Reduce = LoggedValue<unknown>['options']['reduce'];

/**
 * Combines a step's values over all ranks: the mean, or the minimum or maximum for values logged that way. Sums stay
 * per rank and are added up at the end of the epoch. It takes one exchange of ranks × values numbers.
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

/** Returns the vectors of all ranks: `[ranks, values]`. */
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
