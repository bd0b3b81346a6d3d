import type * as tf from '@tensorflow/tfjs-core';
import { Sequential } from '../layers';
import type { Layer } from '../layers';
import { Module } from '../module';

/** A small network over features, `[batch, inFeatures]` to `[batch, outFeatures]`, under lightly's name `layers`. */
export abstract class ProjectionHead extends Module {
  readonly layers: Sequential;

  constructor(...layers: Layer[]) {
    super();
    this.layers = new Sequential(...layers);
  }

  forward(x: tf.Tensor2D): tf.Tensor2D {
    return this.layers.forward(x) as tf.Tensor2D;
  }
}
