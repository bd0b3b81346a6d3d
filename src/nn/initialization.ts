import * as tf from '@tensorflow/tfjs-core';
import { nextInitialisationStream } from '../engine';
import type { RandomStream } from '../engine';
import { requireMemory } from '../system';

/** What an initial value depends on: inputs and outputs that one weight connects, over the kernel's area. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Draws a tensor's initial values. */
export type Initializer = <R extends tf.Rank>(shape: tf.ShapeMap[R], fans: Fans) => tf.Tensor<R>;

/**
 * Uniform over ±1/√fanIn: PyTorch's default for the weights and biases of linear and convolution layers
 * (`kaiming_uniform_` with a = √5).
 */
export const pytorchUniform: Initializer = (shape, { fanIn }) => {
  const bound = 1 / Math.sqrt(fanIn);
  return drawn(shape, (stream, values) => {
    for (let i = 0; i < values.length; i++) values[i] = stream.uniform(-bound, bound);
  });
};

/**
 * Normal with deviation √(2 / fanOut): torchvision's choice for the convolutions of its residual networks.
 *
 * Source: He et al., "Delving deep into rectifiers" (2015), equation 14.
 */
export const kaimingNormalFanOut: Initializer = (shape, { fanOut }) => {
  const deviation = Math.sqrt(2 / fanOut);
  return drawn(shape, (stream, values) => stream.fillNormal(values, deviation));
};

function drawn<R extends tf.Rank>(
  shape: tf.ShapeMap[R],
  fill: (stream: RandomStream, values: Float32Array) => void,
): tf.Tensor<R> {
  const stream = nextInitialisationStream();
  const size = tf.util.sizeFromShape(shape);
  requireMemory({
    bytes: 4 * size,
    what: `A parameter of shape [${shape.join(', ')}]`,
    fix: 'Choose a smaller layer.',
  });
  const values = new Float32Array(size);
  fill(stream, values);
  return tf.tensor(values, shape, 'float32');
}
