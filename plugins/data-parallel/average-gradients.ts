import { tf } from '../../src';
import type { Gradients, Ranks } from '../../src';

type Named = readonly [name: string, gradient: tf.Tensor];

/**
 * The mean of each gradient over all ranks; for a step that is traced. Gradients travel in buckets, the last layers'
 * first, as their gradients are ready first: a bucket's exchange runs while the backward pass of earlier layers goes on.
 *
 * As PyTorch's `DistributedDataParallel`.
 */
export function averageGradients(ranks: Ranks, gradients: Gradients, bucketBytes: number): Gradients {
  if (ranks.worldSize === 1) return gradients;
  const buckets = bucketsOf([...gradients].reverse(), bucketBytes);
  const means = new Map(buckets.flatMap((bucket) => meansOf(ranks, bucket)));
  return new Map([...gradients].map(([name, own]) => [name, means.get(name) ?? own]));
}

/** Gradients in their order, each bucket as full as it may be; one that is larger has a bucket of its own. */
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
