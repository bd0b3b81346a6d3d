import * as tf from '@tensorflow/tfjs-core';
import { nextInitialisationStream } from '../engine';
import type { RandomStream } from '../engine';
import { requireMemory } from '../system';

/**
 * The inputs of an initialisation: the numbers of inputs and outputs that one weight connects, over the kernel's area.
 */
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
  return uniform(shape, 1 / Math.sqrt(fanIn));
};

/**
 * Normal with standard deviation √(2 / fanOut): torchvision's choice for the convolutions of its residual networks.
 *
 * Source: He et al., "Delving deep into rectifiers" (2015), equation 14.
 */
export const kaimingNormalFanOut: Initializer = (shape, { fanOut }) => {
  const deviation = Math.sqrt(2 / fanOut);
  return drawn(shape, (stream, values) => stream.fillNormal(values, deviation));
};

/** Normal with mean 0 and this standard deviation. */
export function normal(deviation: number): Initializer {
  return (shape) => drawn(shape, (stream, values) => stream.fillNormal(values, deviation));
}

/**
 * Uniform over ±√(6 / (fanIn + fanOut)).
 *
 * Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
 */
export const xavierUniform: Initializer = (shape, { fanIn, fanOut }) => {
  return uniform(shape, Math.sqrt(6 / (fanIn + fanOut)));
};

function uniform<R extends tf.Rank>(shape: tf.ShapeMap[R], bound: number): tf.Tensor<R> {
  return drawn(shape, (stream, values) => {
    for (let i = 0; i < values.length; i++) values[i] = stream.uniform(-bound, bound);
  });
}

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
