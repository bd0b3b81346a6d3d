import * as tf from '@tensorflow/tfjs-core';
import { Module } from '../module';
import type { Layer } from './layer';

/** Layers applied in order, named `0`, `1`, … in the state dict, as in PyTorch's `nn.Sequential`. */
export class Sequential extends Module implements Iterable<Layer> {
  /** The layers as separate fields, so that their names are their numbers. */
  readonly [index: number]: Layer;
  readonly length: number;

  constructor(...layers: Layer[]) {
    super();
    Object.assign(this, layers);
    this.length = layers.length;
  }

  *[Symbol.iterator](): Iterator<Layer> {
    for (let index = 0; index < this.length; index++) yield this[index] as Layer;
  }

  forward(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      let output = x;
      for (const layer of this) output = layer.forward(output);
      return output;
    });
  }
}
