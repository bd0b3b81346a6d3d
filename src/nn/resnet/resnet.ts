import * as tf from '@tensorflow/tfjs-core';
import { kaimingNormalFanOut, pytorchUniform } from '../initialization';
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  flattened,
  Identity,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
} from '../layers';
import { Module } from '../module';
import type { BlockKind } from './residual-block';

/** Options of residual networks. */
export interface ResNetOptions {
  /**
   * `imagenet` (default): a 7×7 convolution of stride 2 and max pooling; `cifar`: a 3×3 convolution of stride 1 without
   * pooling, for images of about 32×32 pixels.
   */
  readonly stem?: 'imagenet' | 'cifar';
  /** The number of channels of the first stage; each further stage has twice as many (default 64). */
  readonly width?: number;
  /**
   * The initialisation of convolutions: `torchvision` (default), normal with standard deviation √(2 / fanOut) as in its
   * models, or `pytorch`, the default of `nn.Conv2d`.
   */
  readonly initialization?: 'torchvision' | 'pytorch';
}

/** The kind of a residual network: its block, and the number of blocks per stage. */
export interface ResNetKind {
  readonly block: BlockKind;
  readonly depths: readonly [number, number, number, number];
}

/**
 * A residual network with a linear classifier: `[batch, height, width, 3]` to logits `[batch, classes]`.
 *
 * Names and initial values as in torchvision.
 *
 * Source: He et al., "Deep residual learning for image recognition" (2016).
 */
export class ResNet extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly relu: ReLU;
  readonly maxpool: MaxPool2d | Identity;
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly layer4: Sequential;
  readonly avgpool: AdaptiveAvgPool2d;
  readonly fc: Linear;

  constructor(kind: ResNetKind, classes: number, options: ResNetOptions = {}) {
    super();
    const trunk = buildTrunk(kind, options);
    this.conv1 = trunk.conv1;
    this.bn1 = trunk.bn1;
    this.relu = trunk.relu;
    this.maxpool = trunk.maxpool;
    [this.layer1, this.layer2, this.layer3, this.layer4] = trunk.stages;
    this.avgpool = trunk.avgpool;
    this.fc = new Linear(trunk.features, classes);
  }

  forward(x: tf.Tensor4D): tf.Tensor2D {
    return tf.tidy(() => {
      const stem = this.maxpool.forward(this.relu.forward(this.bn1.forward(this.conv1.forward(x))));
      let maps: tf.Tensor = stem;
      for (const stage of [this.layer1, this.layer2, this.layer3, this.layer4]) maps = stage.forward(maps);
      return this.fc.forward(flattened(this.avgpool.forward(maps as tf.Tensor4D)));
    });
  }
}

/**
 * A residual network without its classifier: `[batch, height, width, 3]` to features `[batch, features]`.
 *
 * Its layers are numbered as in lightly's `nn.Sequential(*list(resnet.children())[:-1])`: `0.weight`,
 * `4.0.conv1.weight`, ….
 */
export class ResNetBackbone extends Sequential {
  /** The width of the output: 512 for ResNet-18 and 34, 2048 for ResNet-50, at width 64. */
  readonly features: number;

  constructor(kind: ResNetKind, options: ResNetOptions = {}) {
    const { conv1, bn1, relu, maxpool, stages, avgpool, features } = buildTrunk(kind, options);
    super(conv1, bn1, relu, maxpool, ...stages, avgpool, new Flatten());
    this.features = features;
  }

  override forward(x: tf.Tensor4D): tf.Tensor2D {
    return super.forward(x) as tf.Tensor2D;
  }
}

/** The layers before the classifier. Built in torchvision's order, so that both kinds draw the same values. */
function buildTrunk(
  { block, depths }: ResNetKind,
  { stem = 'imagenet', width = 64, initialization = 'torchvision' }: ResNetOptions,
) {
  const draw = initialization === 'torchvision' ? kaimingNormalFanOut : pytorchUniform;
  const first =
    stem === 'imagenet' ? { kernel: 7, stride: 2, padding: 3 } : { kernel: 3, stride: 1, padding: 1 };
  const conv1 = new Conv2d(3, width, first.kernel, { ...first, bias: false, initialization: draw });

  let inChannels = width;
  const stage = (index: 0 | 1 | 2 | 3): Sequential => {
    const stageWidth = width * 2 ** index;
    const blocks = Array.from({ length: depths[index] }, (_, position) => {
      const stride = position === 0 && index > 0 ? 2 : 1;
      const built = new block({ inChannels, width: stageWidth, stride, initialization: draw });
      inChannels = stageWidth * block.expansion;
      return built;
    });
    return new Sequential(...blocks);
  };
  const stages = [stage(0), stage(1), stage(2), stage(3)] as const;

  return {
    conv1,
    bn1: new BatchNorm2d(width),
    relu: new ReLU(),
    maxpool: stem === 'imagenet' ? new MaxPool2d(3, { stride: 2, padding: 1 }) : new Identity(),
    stages,
    avgpool: new AdaptiveAvgPool2d(),
    features: inChannels,
  };
}
