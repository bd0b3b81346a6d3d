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
  const averaged = new Map<string, tf.Tensor>();
  for (const bucket of bucketsOf([...gradients].reverse(), bucketBytes)) {
    const means = tf.tidy(() => exchange(ranks, bucket));
    bucket.forEach(([name], index) => averaged.set(name, means[index]!));
  }
  return new Map([...gradients.keys()].map((name) => [name, averaged.get(name)!]));
}

/** Gradients in their order, each bucket as full as it may be; one that is larger has a bucket of its own. */
export function bucketsOf(gradients: readonly Named[], bucketBytes: number): Named[][] {
  const buckets: Named[][] = [];
  let free = 0;
  for (const named of gradients) {
    const bytes = named[1].size * 4;
    if (bytes > free || buckets.length === 0) {
      buckets.push([]);
      free = bucketBytes;
    }
    buckets.at(-1)!.push(named);
    free -= bytes;
  }
  return buckets;
}

function exchange(ranks: Ranks, bucket: readonly Named[]): tf.Tensor[] {
  const flat = bucket.map(([, gradient]) => tf.reshape(gradient, [gradient.size]));
  const mean = ranks.allReduce(flat.length === 1 ? flat[0]! : tf.concat(flat), 'mean');
  const parts =
    flat.length === 1
      ? [mean]
      : tf.split(
          mean,
          flat.map(({ size }) => size),
        );
  return parts.map((part, index) => tf.reshape(part, bucket[index]![1].shape));
}
