import * as tf from '@tensorflow/tfjs-core';
import { numbers, requireNumbers } from '../../errors';
import { float32Barrier } from '../exact';
import { normal } from '../initialization';
import { BatchNorm1d, GELU, Linear, Sequential, WeightNormLinear } from '../layers';
import type { Layer } from '../layers';
import { Module } from '../module';
import { normalizeRows } from '../normalize-rows';
import { requireSizes } from '../require-sizes';

/** Options of `DINOProjectionHead`. */
export interface DINOProjectionHeadOptions {
  /** Batch norm after the first two layers, which then have no biases (default `false`). */
  readonly batchNorm?: boolean;
  /**
   * The number of epochs, from the first one, in which the last layer stays unchanged (default 0; DINO itself uses 1).
   * The head only stores the number: pass it to `optim.groups` as `frozenEpochs` of `/\.last_layer\./`.
   */
  readonly freezeLastLayer?: number;
  /** Keep the rows of the last layer's weight at length 1 (default `true`). */
  readonly normLastLayer?: boolean;
}

/**
 * Three linear layers with GELU between them, normalised rows, and a weight-normalised layer to the prototypes:
 * `[batch, inFeatures]` to logits `[batch, outFeatures]`.
 *
 * State dict: `layers.0`, `layers.2`, `layers.4` (with batch norm `layers.0`, `1`, `3`, `4`, `6`), `last_layer.weight_g`,
 * `last_layer.weight_v`.
 *
 * Source: Caron et al., "Emerging properties in self-supervised vision transformers" (2021); names, layers, defaults
 * and initial values as in lightly.
 */
export class DINOProjectionHead extends Module {
  readonly layers: Sequential;
  readonly lastLayer: WeightNormLinear;
  readonly freezeLastLayer: number;

  constructor(
    inFeatures = 2048,
    hiddenFeatures = 2048,
    bottleneckFeatures = 256,
    outFeatures = 65536,
    { batchNorm = false, freezeLastLayer = 0, normLastLayer = true }: DINOProjectionHeadOptions = {},
  ) {
    super();
    requireSizes('DINOProjectionHead', { inFeatures, hiddenFeatures, bottleneckFeatures, outFeatures });
    requireNumbers('DINOProjectionHead', { freezeLastLayer }, numbers.countFromZero, { kind: 'module' });
    const linear = (from: number, to: number, bias = true): Linear =>
      new Linear(from, to, { bias, initialization: normal(0.02) });
    const block = (from: number): Layer[] => [
      linear(from, hiddenFeatures, !batchNorm),
      ...(batchNorm ? [new BatchNorm1d(hiddenFeatures)] : []),
      new GELU(),
    ];
    const bottleneck = linear(hiddenFeatures, bottleneckFeatures);
    this.layers = new Sequential(...block(inFeatures), ...block(hiddenFeatures), bottleneck);
    this.lastLayer = new WeightNormLinear(bottleneckFeatures, outFeatures, { fixedLengths: normLastLayer });
    this.freezeLastLayer = freezeLastLayer;
  }

  forward(x: tf.Tensor2D): tf.Tensor2D {
    return tf.tidy(() =>
      this.lastLayer.forward(normalizeRows(float32Barrier(this.layers.forward(x) as tf.Tensor2D))),
    );
  }
}
