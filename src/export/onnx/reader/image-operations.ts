import * as tf from '@tensorflow/tfjs-core';
import { toChannelsFirst, toChannelsLast } from '../axes';
import type { NodeReader, Operation } from './node-reader';

/** Operations on `[batch, channels, height, width]`. */
export const imageOperations: Readonly<Record<string, Operation>> = {
  Conv: (node) => {
    const group = node.int('group', 1);
    const image = padded(node, 0);
    const [strides, dilations] = [pair(node, 'strides'), pair(node, 'dilations')];
    const filter = tf.transpose(node.x(1), [2, 3, 1, 0]) as tf.Tensor4D;
    const [, , inChannels, outChannels] = filter.shape;
    const channels = image.shape[3];
    const isDepthwise = group === channels && inChannels === 1 && group > 1;
    const result = isDepthwise
      ? tf.depthwiseConv2d(
          image,
          tf.reshape(filter, [filter.shape[0], filter.shape[1], group, outChannels / group]),
          strides,
          'valid',
          'NHWC',
          dilations,
        )
      : grouped(image, filter, group, (part, kernel) =>
          tf.conv2d(part, kernel, strides, 'valid', 'NHWC', dilations),
        );
    return biased(node, result);
  },
  ConvTranspose: (node) => {
    const image = tf.transpose(node.x(), [...toChannelsLast]) as tf.Tensor4D;
    const filter = tf.transpose(node.x(1), [2, 3, 1, 0]) as tf.Tensor4D;
    const [strides, dilations] = [pair(node, 'strides'), pair(node, 'dilations')];
    const [top = 0, left = 0, bottom = 0, right = 0] = node.ints('pads', [0, 0, 0, 0]);
    const more = node.ints('output_padding', [0, 0]);
    const [batch, height, width] = image.shape;
    const [rows, columns, out] = filter.shape;
    const full = [
      (height - 1) * strides[0] + (rows - 1) * dilations[0] + 1 + (more[0] ?? 0),
      (width - 1) * strides[1] + (columns - 1) * dilations[1] + 1 + (more[1] ?? 0),
    ] as const;
    const whole = tf.conv2dTranspose(image, filter, [batch, full[0], full[1], out], strides, 'valid');
    const cut = tf.slice(
      whole,
      [0, top, left, 0],
      [batch, full[0] - top - bottom, full[1] - left - right, out],
    );
    return biased(node, cut);
  },
  MaxPool: (node) => {
    const image = padded(node, -3.4028234e38);
    return channelsFirst(tf.maxPool(image, pair(node, 'kernel_shape'), pair(node, 'strides'), 'valid'));
  },
  AveragePool: (node) => {
    const [size, strides] = [pair(node, 'kernel_shape'), pair(node, 'strides')];
    const average = (image: tf.Tensor4D): tf.Tensor4D => tf.avgPool(image, size, strides, 'valid');
    const sums = average(padded(node, 0));
    if (node.int('count_include_pad', 0) === 1) return channelsFirst(sums);
    const ones = average(padded(node, 0, tf.onesLike(node.x())));
    return channelsFirst(tf.div(sums, ones));
  },
  BatchNormalization: (node) => {
    const [scale, offset, mean, variance] = [1, 2, 3, 4].map((index) =>
      tf.reshape(node.x(index), [1, -1, 1, 1]),
    );
    if (scale === undefined || offset === undefined || mean === undefined || variance === undefined)
      return [];
    const deviation = tf.sqrt(tf.add(variance, node.float('epsilon', 1e-5)));
    return tf.add(tf.mul(tf.div(tf.sub(node.x(), mean), deviation), scale), offset);
  },
  Resize: (node) => {
    const image = tf.transpose(node.x(), [...toChannelsLast]) as tf.Tensor4D;
    const [, , height = 1, width = 1] = node.numbers(3);
    const how = node.text('coordinate_transformation_mode', 'half_pixel');
    const resize =
      node.text('mode', 'nearest') === 'linear' ? tf.image.resizeBilinear : tf.image.resizeNearestNeighbor;
    return channelsFirst(resize(image, [height, width], how === 'align_corners', how === 'half_pixel'));
  },
  DepthToSpace: (node) => {
    const image = tf.transpose(node.x(), [...toChannelsLast]) as tf.Tensor4D;
    return channelsFirst(tf.depthToSpace(image, node.int('blocksize', 1), 'NHWC'));
  },
  SpaceToDepth: (node) => {
    const [batch = 1, channels = 1, height = 1, width = 1] = node.x().shape;
    const size = node.int('blocksize', 1);
    const cut = tf.reshape(node.x(), [batch, channels, height / size, size, width / size, size]);
    const moved = tf.transpose(cut, [0, 3, 5, 1, 2, 4]);
    return tf.reshape(moved, [batch, channels * size * size, height / size, width / size]);
  },
};

function pair(node: NodeReader, name: string): [number, number] {
  const [rows = 1, columns = 1] = node.ints(name, [1, 1]);
  return [rows, columns];
}

/** Returns the image with its channels last and its borders padded. */
function padded(node: NodeReader, value: number, image = node.x()): tf.Tensor4D {
  const [top = 0, left = 0, bottom = 0, right = 0] = node.ints('pads', [0, 0, 0, 0]);
  const last = tf.transpose(image, [...toChannelsLast]) as tf.Tensor4D;
  return tf.pad<tf.Tensor4D>(
    last,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    value,
  );
}

function grouped(
  image: tf.Tensor4D,
  filter: tf.Tensor4D,
  group: number,
  convolve: (part: tf.Tensor4D, kernel: tf.Tensor4D) => tf.Tensor4D,
): tf.Tensor4D {
  if (group === 1) return convolve(image, filter);
  const images = tf.split<tf.Tensor4D>(image, group, 3);
  const filters = tf.split<tf.Tensor4D>(filter, group, 3);
  const parts = images.flatMap((part, index) => {
    const kernel = filters[index];
    return kernel === undefined ? [] : [convolve(part, kernel)];
  });
  return tf.concat(parts, 3);
}

function biased(node: NodeReader, image: tf.Tensor4D): tf.Tensor {
  return channelsFirst(node.inputs[2] == null ? image : tf.add(image, node.x(2)));
}

function channelsFirst(image: tf.Tensor): tf.Tensor {
  return tf.transpose(image, [...toChannelsFirst]);
}
