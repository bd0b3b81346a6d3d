/** @jest-environment ./test/export/onnx/runtime-environment.js */
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { liveCounts, start } from '../../../src/engine';
import { differencesOf, writtenOnnx } from './written-onnx';

beforeAll(async () => {
  await start();
});

type Run = (x: tf.Tensor4D) => tf.Tensor;

const filter = (...shape: [number, number, number, number]): tf.Tensor4D =>
  tf.tensor4d(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, at) => Math.cos(at * 1.3)),
    shape,
  );
const matrix = (rows: number, columns: number): tf.Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: rows * columns }, (_, at) => Math.sin(at * 0.9)),
    [rows, columns],
  );
const convolved = (x: tf.Tensor4D): tf.Tensor4D => tf.conv2d(x, filter(3, 3, 3, 4), 1, 'same');
const positive = (x: tf.Tensor4D): tf.Tensor4D => tf.add(tf.abs(x), 0.25);

/** Functions of images [batch, 6, 8, 3], by what they try. */
const cases: Readonly<Record<string, Run>> = {
  'rows in falling order, which ONNX Runtime would make a slice of': (x) => {
    const rows = tf.mean(convolved(x), [1, 2]);
    return tf.add(rows, tf.mean(tf.gather(rows, tf.range(x.shape[0] - 1, -1, -1, 'int32')), 0));
  },
  'unary functions': (x) =>
    tf.addN(
      [
        ...[tf.relu, tf.sigmoid, tf.tanh, tf.softplus, tf.erf, tf.exp, tf.neg, tf.abs, tf.square],
        ...[tf.sin, tf.cos, tf.atan, tf.sinh, tf.cosh, tf.asinh, tf.elu, tf.selu, tf.relu6, tf.expm1],
      ].map((f) => f(convolved(x))),
    ),
  'functions of positive numbers': (x) =>
    tf.addN([tf.log, tf.sqrt, tf.rsqrt, tf.reciprocal, tf.log1p].map((f) => f(positive(convolved(x))))),
  'functions between -1 and 1': (x) =>
    tf.addN([tf.asin, tf.acos, tf.tan, tf.atanh].map((f) => f(tf.mul(tf.tanh(convolved(x)), 0.9)))),
  'rounding and signs': (x) => tf.addN([tf.floor, tf.ceil, tf.round, tf.sign].map((f) => f(convolved(x)))),
  'leaky, clipped and parametric units': (x) =>
    tf.add(tf.leakyRelu(convolved(x), 0.3), tf.clipByValue(convolved(x), -0.5, 0.75)),
  'a constant for each channel, row and pixel beside images': (x) =>
    tf.mul(
      tf.add(tf.sub(convolved(x), [1, 2, 3, 4]), tf.reshape(matrix(6, 1), [6, 1, 1])),
      filter(1, 6, 8, 4),
    ),
  'a vector of each image beside its channels': (x) => {
    const shares = tf.sigmoid(tf.mean(convolved(x), [1, 2]));
    return tf.mul(convolved(x), tf.reshape(shares, [-1, 1, 1, 4]));
  },
  'sums of two values, and others': (x) => {
    const [a, b] = [convolved(x), tf.add(tf.square(convolved(x)), 1)];
    return tf.addN([
      tf.div(a, b),
      tf.maximum(a, b),
      tf.minimum(a, b),
      tf.squaredDifference(a, b),
      tf.pow(b, 0.5),
      tf.divNoNan(a, b),
    ]);
  },
  'divisions with a rest': (x) =>
    tf.add(tf.mod(convolved(x), 0.7), tf.floorDiv(convolved(x), tf.scalar(0.3))),
  'comparisons and choices': (x) => {
    const y = convolved(x);
    const both = tf.logicalAnd(tf.greater(y, 0.1), tf.lessEqual(y, 1));
    const either = tf.logicalOr(tf.less(y, -1), tf.logicalNot(tf.greaterEqual(y, 2)));
    return tf.add(
      tf.where(both, y, tf.neg(y)),
      tf.cast(tf.logicalXor(either, tf.notEqual(y, tf.relu(y))), 'float32'),
    );
  },
  'convolutions with strides, dilations and uneven padding': (x) => {
    const wide = tf.conv2d(
      tf.pad(x, [
        [0, 0],
        [2, 1],
        [0, 3],
        [0, 0],
      ]),
      filter(3, 2, 3, 5),
      [2, 3],
      'valid',
    );
    return tf.add(wide, tf.mean(tf.conv2d(x, filter(3, 3, 3, 5), 1, 'valid', 'NHWC', 2), [1, 2], true));
  },
  'a convolution of the same size with a stride': (x) => tf.conv2d(x, filter(5, 4, 3, 2), 2, 'same'),
  'depthwise convolutions': (x) =>
    tf.relu(tf.add(tf.depthwiseConv2d(x, filter(3, 3, 3, 2), [2, 2], 'same'), [1, 2, 3, 4, 5, 6])),
  'transposed convolutions': (x) => {
    const small = tf.conv2d(x, filter(3, 3, 3, 4), 2, 'same');
    return tf.conv2dTranspose(small, filter(3, 3, 2, 4), [x.shape[0], 6, 8, 2], 2, 'same');
  },
  'maxima over windows': (x) => {
    const zero = tf.maxPool(
      tf.pad<tf.Tensor4D>(tf.relu(convolved(x)), [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]),
      3,
      2,
      'valid',
    );
    const negative = tf.maxPool(
      tf.pad<tf.Tensor4D>(convolved(x), [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]),
      3,
      2,
      'valid',
    );
    return tf.add(tf.add(zero, negative), tf.maxPool(convolved(x), 3, 2, 'same'));
  },
  'means over windows': (x) => {
    const padded = tf.pad<tf.Tensor4D>(convolved(x), [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
    return tf.add(tf.avgPool(padded, 3, 2, 'valid'), tf.avgPool(convolved(x), 3, 2, 'same'));
  },
  'images made larger and smaller': (x) =>
    tf.add(
      tf.image.resizeBilinear(convolved(x), [9, 4], false, true),
      tf.add(
        tf.image.resizeBilinear(convolved(x), [9, 4], true),
        tf.image.resizeNearestNeighbor(convolved(x), [9, 4]),
      ),
    ),
  'batch norm of known statistics': (x) =>
    tf.batchNorm(convolved(x), [0.1, 0.2, 0.3, 0.4], [1, 2, 3, 4], [0, 1, 0, 1], [1, 1, 2, 2], 1e-3),
  'reductions of images': (x) => {
    const y = convolved(x);
    return tf.addN([
      tf.mean(y, [1, 2]),
      tf.max(y, [1, 2]),
      tf.min(y, [1, 2]),
      tf.sum(y, [2, 1]),
      tf.mean(tf.prod(y, 1), 1),
    ]);
  },
  'reductions along channels and one side': (x) => {
    const y = convolved(x);
    const rows = tf.reshape(tf.mean(y, 2), [-1, 24]);
    return tf.concat(
      [tf.reshape(tf.mean(y, 3), [-1, 48]), tf.reshape(tf.max(y, 3, true), [-1, 48]), rows],
      1,
    );
  },
  'truth of all and any': (x) => {
    const y = tf.greater(convolved(x), 0);
    return tf.add(tf.cast(tf.all(y, [1, 2]), 'float32'), tf.cast(tf.any(y, [1, 2]), 'float32'));
  },
  'places of the largest': (x) =>
    tf.oneHot(tf.cast<tf.Tensor1D>(tf.argMax(tf.mean(convolved(x), [1, 2]), 1), 'int32'), 4),
  'shares by softmax': (x) => tf.add(tf.softmax(convolved(x)), tf.logSoftmax(convolved(x))),
  'running sums': (x) => tf.cumsum(convolved(x), 2, true, true),
  'the largest few': (x) => tf.topk(tf.mean(convolved(x), [1, 2]), 2).values,
  'products of matrices': (x) => {
    const rows = tf.reshape<tf.Rank.R2>(x, [-1, 144]);
    const wide = tf.add<tf.Tensor2D>(tf.matMul(rows, matrix(144, 7)), [1, 2, 3, 4, 5, 6, 7]);
    return tf.matMul(wide, matrix(5, 7), false, true);
  },
  'products of stacks of matrices': (x) => {
    const maps = tf.reshape(convolved(x), [-1, 48, 4]);
    return tf.matMul(tf.softmax(tf.matMul(maps, maps, false, true)), maps);
  },
  'features that are not pooled, in the order of rows, columns and channels': (x) =>
    tf.reshape(tf.relu(convolved(x)), [-1, 192]),
  'axes in another order': (x) => tf.transpose(convolved(x), [0, 3, 1, 2]),
  'axes in another order, both ways': (x) =>
    tf.conv2d(tf.transpose(convolved(x), [0, 2, 1, 3]), filter(3, 3, 4, 2), 1, 'valid'),
  'parts joined along channels and rows': (x) => {
    const wide = tf.concat([convolved(x), x, tf.relu(convolved(x))], 3);
    return tf.concat([wide, wide], 1);
  },
  'parts stacked, split and squeezed': (x) => {
    const [a, b] = tf.split(convolved(x), 2, 3) as [tf.Tensor4D, tf.Tensor4D];
    const [c, d] = tf.split(convolved(x), [1, 3], 3) as [tf.Tensor4D, tf.Tensor4D];
    const rows = tf.unstack(tf.stack([tf.mean(a, [1, 2]), tf.mean(b, [1, 2])], 1), 1) as tf.Tensor2D[];
    return tf.concat([...rows, tf.squeeze(tf.mean(c, [1, 2], true), [1, 2]), tf.mean(d, [1, 2])], 1);
  },
  'parts of images': (x) => {
    const inner = tf.slice(convolved(x), [0, 1, 2, 0], [-1, 4, 5, 3]);
    const strided = tf.stridedSlice(convolved(x), [0, 5, 0, 0], [99, -7, 8, 3], [1, -1, 2, 1], 1, 0);
    return tf.concat([tf.reshape(inner, [-1, 60]), tf.reshape(strided, [-1, 72])], 1);
  },
  'patches turned around': (x) => tf.reverse(convolved(x), [1, 2]),
  'one token before the patches': (x) => {
    const patches = tf.reshape(convolved(x), [-1, 48, 4]);
    const token = tf.broadcastTo(tf.tensor3d([[[1, 2, 3, 4]]]), [x.shape[0], 1, 4]);
    return tf.concat([token, patches], 1);
  },
  'repetitions and chosen channels': (x) =>
    tf.gather(tf.tile(convolved(x), [1, 2, 1, 1]), tf.tensor1d([3, 0, 0], 'int32'), 3),
  'mirrored borders': (x) =>
    tf.mirrorPad(
      convolved(x),
      [
        [0, 0],
        [1, 2],
        [2, 1],
        [0, 0],
      ],
      'reflect',
    ),
  'borders of a number': (x) =>
    tf.pad(
      convolved(x),
      [
        [0, 0],
        [1, 2],
        [2, 1],
        [1, 0],
      ],
      0.5,
    ),
  'blocks of pixels as channels': (x) => tf.depthToSpace(tf.conv2d(x, filter(1, 1, 3, 8), 1, 'same'), 2),
  'zeros and ones like another': (x) => tf.add(tf.onesLike(convolved(x)), tf.zerosLike(convolved(x))),
};

describe('an ONNX file', () => {
  it.each(Object.entries(cases))('computes %s as the function does', async (_, run) => {
    const before = liveCounts().tensors;
    const shape = [6, 8, 3] as const;
    const alone = (x: tf.Tensor4D): tf.Tensor => tf.tidy(() => run(x));
    for (const layout of ['nchw', 'nhwc'] as const) {
      const written = await writtenOnnx(alone, shape, { layout });
      const { runtime, reader } = await differencesOf(written, alone, shape, layout);
      expect(runtime).toBeLessThan(1e-4);
      expect(reader).toBeLessThan(1e-4);
    }
    expect(liveCounts().tensors).toBe(before);
  });
});
