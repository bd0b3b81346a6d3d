import * as tf from '@tensorflow/tfjs-core';
import type { Initializer } from '../initialization';
import { BatchNorm2d, Conv2d, ReLU, Sequential } from '../layers';
import { Module } from '../module';

export interface BlockOptions {
  readonly inChannels: number;
  /** The number of channels of the block's inner convolutions. */
  readonly width: number;
  readonly stride: number;
  readonly initialization: Initializer;
}

/** A kind of residual block: how to build one, and its output channels per inner channel. */
export interface BlockKind {
  new (options: BlockOptions): Module & { forward(x: tf.Tensor4D): tf.Tensor4D };
  readonly expansion: number;
}

/**
 * Returns a convolution as residual networks use it: followed by batch norm, so without bias, and padded to keep its
 * size.
 */
export function blockConvolution(
  inChannels: number,
  outChannels: number,
  kernel: number,
  stride: number,
  initialization: Initializer,
): Conv2d {
  const padding = (kernel - 1) / 2;
  return new Conv2d(inChannels, outChannels, kernel, { stride, padding, bias: false, initialization });
}

/** Returns the shortcut's convolution for a block that changes size or channels; otherwise `null`. */
function downsampling(
  { inChannels, stride, initialization }: BlockOptions,
  outChannels: number,
): Sequential | null {
  if (stride === 1 && inChannels === outChannels) return null;
  return new Sequential(
    blockConvolution(inChannels, outChannels, 1, stride, initialization),
    new BatchNorm2d(outChannels),
  );
}

/** Two 3×3 convolutions with a shortcut: the block of ResNet-18 and ResNet-34, with torchvision's names. */
export class BasicBlock extends Module {
  static readonly expansion = 1;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly relu: ReLU;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly downsample: Sequential | null;

  constructor(options: BlockOptions) {
    super();
    const { inChannels, width, stride, initialization } = options;
    this.conv1 = blockConvolution(inChannels, width, 3, stride, initialization);
    this.bn1 = new BatchNorm2d(width);
    this.relu = new ReLU();
    this.conv2 = blockConvolution(width, width, 3, 1, initialization);
    this.bn2 = new BatchNorm2d(width);
    this.downsample = downsampling(options, width);
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      const inner = this.relu.forward(this.bn1.forward(this.conv1.forward(x)));
      const residual = this.bn2.forward(this.conv2.forward(inner));
      return this.relu.forward(tf.add<tf.Tensor4D>(residual, this.downsample?.forward(x) ?? x));
    });
  }
}

/**
 * 1×1, 3×3 and 1×1 convolutions with a shortcut: the block of ResNet-50, with the stride in the middle one, as in
 * torchvision.
 */
export class Bottleneck extends Module {
  static readonly expansion = 4;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm2d;
  readonly relu: ReLU;
  readonly downsample: Sequential | null;

  constructor(options: BlockOptions) {
    super();
    const { inChannels, width, stride, initialization } = options;
    const outChannels = width * Bottleneck.expansion;
    this.conv1 = blockConvolution(inChannels, width, 1, 1, initialization);
    this.bn1 = new BatchNorm2d(width);
    this.conv2 = blockConvolution(width, width, 3, stride, initialization);
    this.bn2 = new BatchNorm2d(width);
    this.conv3 = blockConvolution(width, outChannels, 1, 1, initialization);
    this.bn3 = new BatchNorm2d(outChannels);
    this.relu = new ReLU();
    this.downsample = downsampling(options, outChannels);
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      const reduced = this.relu.forward(this.bn1.forward(this.conv1.forward(x)));
      const inner = this.relu.forward(this.bn2.forward(this.conv2.forward(reduced)));
      const residual = this.bn3.forward(this.conv3.forward(inner));
      return this.relu.forward(tf.add<tf.Tensor4D>(residual, this.downsample?.forward(x) ?? x));
    });
  }
}
