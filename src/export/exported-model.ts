import type * as tf from '@tensorflow/tfjs-core';
import type { Json } from '../contracts';
import type { FrozenGraph } from '../graph';
import type { Module } from '../nn';

/** What a written model takes. */
export interface ExportedInput {
  readonly height: number;
  readonly width: number;
  /**
   * Mean and deviation by channel, of values in [0, 1], by which the evaluation view normalises; `null` where the view is the
   * user's own, and nobody knows.
   */
  readonly normalisation: { readonly mean: readonly number[]; readonly std: readonly number[] } | null;
  /** `float32`: normalised values. `uint8`: RGB bytes, which the graph itself normalises. */
  readonly kind: 'float32' | 'uint8';
  /**
   * `nhwc` or `nchw`, where the user asked for one; else each format has its own usual one. The graph is always
   * `[batch, height, width, 3]`.
   */
  readonly layout: 'nhwc' | 'nchw' | null;
}

/** What is to be done to an image before the model takes it. */
export type ExportedPreprocessing =
  | {
      /**
       * The image is resized until it just covers the view, antialiased as torchvision does; its centre is cut out, values are
       * scaled to [0, 1] and normalised.
       */
      readonly kind: 'plain';
      readonly height: number;
      readonly width: number;
      readonly interpolation: 'bilinear' | 'bicubic';
      readonly mean: readonly number[];
      readonly std: readonly number[];
    }
  | {
      /** A view of the user's: by its name, and the options that it was made with. */
      readonly kind: 'own';
      readonly name: string;
      readonly options: Json;
    };

/** A trained model as weights alone. */
export interface ExportedWeights {
  /** The experiment's name. */
  readonly name: string;
  /** Width of the features. */
  readonly featureWidth: number;
  readonly input: ExportedInput;
  /** The evaluation view as plain data. */
  readonly preprocessing: ExportedPreprocessing;
  /** Which model this is: a `ModelIdentity`, as plain data. */
  readonly identity: Json;
  /** The experiment's module, with the weights that are exported, in evaluation mode. */
  readonly module: Module;
  /** The module's features of normalised images `[batch, height, width, 3]`: `[batch, featureWidth]`. */
  readonly features: (images: tf.Tensor4D) => tf.Tensor2D;
}

/** A trained model whose evaluation was traced. */
export interface ExportedModel extends ExportedWeights {
  /** Simplified: images of `input.kind` `[batch, height, width, 3]` to features `[batch, featureWidth]`. */
  readonly graph: FrozenGraph;
}
