import * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '../../src/engine';
import type { FrozenGraph, GraphShape } from '../../src/graph';
import { GraphMaker, attributes } from './graph-maker';

/** Images of the small network: `[batch, 9, 9, 3]`. */
export const imageSize = 9;
export const featureWidth = 7;

const weights = makeWeights();

/**
 * A network of a ResNet's operations: a padded convolution with a stride, a pool, an addition, a mean, a product. Bytes are
 * normalised in it.
 */
export function smallNetwork(input: 'float32' | 'uint8' = 'float32'): FrozenGraph {
  const maker = new GraphMaker();
  const shape = (size: number, channels: number): GraphShape => [null, size, size, channels];
  let images = maker.input('images', input, shape(imageSize, 3));
  if (input === 'uint8') {
    const bytes = maker.node(
      'Cast',
      'normalise/Cast',
      [images],
      { DstT: { kind: 'type', value: 'float32' } },
      [['float32', shape(imageSize, 3)]],
    );
    const scale = maker.floats('normalise/scale', [3], [1 / 64, 1 / 50, 1 / 60]);
    const offset = maker.floats('normalise/offset', [3], [-2, -2.5, -1.9]);
    const scaled = maker.node('Mul', 'normalise/Mul', [bytes, scale], {}, [['float32', shape(imageSize, 3)]]);
    images = maker.node('AddV2', 'normalise/AddV2', [scaled, offset], {}, [['float32', shape(imageSize, 3)]]);
  }
  const pads = maker.ints('backbone/stem/paddings', [0, 0, 1, 1, 1, 1, 0, 0], [4, 2]);
  const padded = maker.node('Pad', 'backbone/stem/Pad', [images, pads], {}, [['float32', shape(11, 3)]]);
  const kernel = maker.floats('backbone/stem/weight', [3, 3, 3, 6], weights.kernel);
  const convolution = attributes({
    strides: [1, 2, 2, 1],
    padding: 'VALID',
    data_format: 'NHWC',
    dilations: [1, 1, 1, 1],
  });
  const convolved = maker.node('Conv2D', 'backbone/stem/Conv2D', [padded, kernel], convolution, [
    ['float32', shape(5, 6)],
  ]);
  const bias = maker.floats('backbone/stem/bias', [6], weights.bias);
  const biased = maker.node(
    'BiasAdd',
    'backbone/stem/BiasAdd',
    [convolved, bias],
    attributes({ data_format: 'NHWC' }),
    [['float32', shape(5, 6)]],
  );
  const active = maker.node('Relu', 'backbone/relu/Relu', [biased], {}, [['float32', shape(5, 6)]]);
  const pooled = maker.node(
    'MaxPool',
    'backbone/maxpool/MaxPool',
    [active],
    attributes({
      ksize: [1, 3, 3, 1],
      strides: [1, 2, 2, 1],
      padding: 'EXPLICIT',
      explicit_paddings: [0, 0, 1, 1, 1, 1, 0, 0],
      data_format: 'NHWC',
    }),
    [['float32', shape(3, 6)]],
  );
  const axes = maker.ints('backbone/avgpool/axes', [1, 2]);
  const mean = maker.node('Mean', 'backbone/avgpool/Mean', [pooled, axes], attributes({ keep_dims: false }), [
    ['float32', [null, 6]],
  ]);
  const matrix = maker.floats('backbone/fc/weight', [6, featureWidth], weights.matrix);
  const features = maker.node(
    'MatMul',
    'backbone/fc/MatMul',
    [mean, matrix],
    attributes({ transpose_a: false, transpose_b: false }),
    [['float32', [null, featureWidth]]],
  );
  return maker.finish({ features });
}

/** What it computes of `images` `[batch, 9, 9, 3]`, by tfjs's own operations. */
function smallNetworkFeatures(images: tf.Tensor4D, input: 'float32' | 'uint8' = 'float32'): Float32Array {
  return tf.tidy(() => {
    const normalised =
      input === 'float32' ? images : tf.add(tf.mul(images, [1 / 64, 1 / 50, 1 / 60]), [-2, -2.5, -1.9]);
    const kernel = tf.tensor4d(weights.kernel, [3, 3, 3, 6]);
    const around = (map: tf.Tensor): tf.Tensor4D =>
      tf.pad4d(map as tf.Tensor4D, [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]);
    const active = tf.relu(tf.add(tf.conv2d(around(normalised), kernel, 2, 'valid'), weights.bias));
    // No pixel is below 0 here, so that zeros around them change no maximum.
    const mean = tf.mean(tf.maxPool(around(active), 3, 2, 'valid'), [1, 2]);
    const features = tf.matMul(mean, tf.tensor2d(weights.matrix, [6, featureWidth]));
    return features.dataSync() as Float32Array;
  });
}

/** What it computes of images' values, `[batch, 9, 9, 3]`. */
export function expectedFeatures(values: Float32Array, input: 'float32' | 'uint8'): Float32Array {
  const images = tf.tensor4d(values, [values.length / (imageSize * imageSize * 3), imageSize, imageSize, 3]);
  try {
    return smallNetworkFeatures(images, input);
  } finally {
    images.dispose();
  }
}

/** Images `[batch, 9, 9, 3]`: normalised values, or bytes. */
export function randomImages(batch: number, input: 'float32' | 'uint8'): Float32Array {
  const random = new RandomStream(19, 'evaluation', [batch]);
  const value = (): number => (input === 'uint8' ? random.below(256) : random.normal());
  return Float32Array.from({ length: batch * imageSize * imageSize * 3 }, value);
}

/** Largest difference between two lists, as a share of the largest value. */
export function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  const largest = Math.max(...Array.from(expected, Math.abs));
  return Math.max(...Array.from(found, (value, at) => Math.abs(value - (expected[at] ?? NaN)))) / largest;
}

function makeWeights(): { kernel: Float32Array; bias: number[]; matrix: Float32Array } {
  const random = new RandomStream(19, 'initialisation');
  const normals = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => random.normal());
  return { kernel: normals(162), bias: [...normals(6)], matrix: normals(6 * featureWidth) };
}
