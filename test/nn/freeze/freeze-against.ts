import * as tf from '@tensorflow/tfjs-core';
import { runFrozen } from '../../../src/engine';
import type { FrozenGraph } from '../../../src/graph';
import type * as nn from '../../../src/nn';

/** Odd sizes of batches, none of which freezing has seen. */
export const sizes = [1, 2, 5, 16, 33];

/** Images `[batch, height, width, channels]` that differ from each other. */
export function imagesOf(
  batch: number,
  [height, width, channels]: readonly [number, number, number],
): tf.Tensor4D {
  const size = height * width * channels;
  return tf.tensor4d(
    Float32Array.from({ length: batch * size }, (_, index) =>
      Math.sin(index * 0.37 + Math.floor(index / size)),
    ),
    [batch, height, width, channels],
  );
}

/** Largest difference over all batches, relative to the largest value, between a module's own evaluation and its graph. */
export async function differenceOf(
  graph: FrozenGraph,
  module: nn.Module,
  run: (images: tf.Tensor4D) => tf.Tensor,
  inputShape: readonly [number, number, number],
  batches = sizes,
): Promise<number> {
  const frozen = await runFrozen(graph);
  const before = module.training;
  module.eval();
  let difference = 0;
  for (const batch of batches) {
    const images = imagesOf(batch, inputShape);
    const own = tf.tidy(() => run(images));
    const [result] = await frozen.call([images]);
    if (result === undefined) throw new Error('The graph gave nothing');
    if (String(result.shape) !== String(own.shape))
      throw new Error(`${String(result.shape)} instead of ${String(own.shape)}`);
    const [wanted, got] = [own, result].map((tensor) => [...tensor.dataSync()]) as [number[], number[]];
    const scale = wanted.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const most = wanted.reduce(
      (largest, value, index) => Math.max(largest, Math.abs(value - (got[index] ?? NaN))),
      0,
    );
    difference = Math.max(difference, most / Math.max(scale, 1e-30));
    tf.dispose([images, own, result]);
  }
  module.train(before);
  frozen.dispose();
  return difference;
}
