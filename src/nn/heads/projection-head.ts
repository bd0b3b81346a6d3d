import type * as tf from '@tensorflow/tfjs-core';
import { FulgurError, counted, isNumberOf, numbers, valueKind } from '../../errors';
import { BatchNorm1d, Linear, ReLU, Sequential } from '../layers';
import type { Layer } from '../layers';
import { Module } from '../module';

/** A small network on features, `[batch, inFeatures]` to `[batch, outFeatures]`, under lightly's name `layers`. */
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

/** Returns a linear layer with batch norm (and therefore without a bias) and ReLU: the hidden layer of most heads. */
export function hiddenBlock(inFeatures: number, outFeatures: number): Layer[] {
  return [new Linear(inFeatures, outFeatures, { bias: false }), new BatchNorm1d(outFeatures), new ReLU()];
}

/**
 * Returns the number of layers between the first and the last.
 * @throws FulgurError `module` for fewer than two layers.
 */
export function layersBetween(head: string, layers: number): number {
  if (isNumberOf(numbers.count, layers) && layers >= 2) return layers - 2;
  throw new FulgurError('module', {
    what:
      typeof layers === 'number'
        ? `${head} needs at least two linear layers, not ${counted(layers, 'linear layer')}.`
        : `${head} got layers ${valueKind(layers)}.`,
    fix: 'Set layers to 2 or more.',
  });
}
