import type * as tf from '@tensorflow/tfjs-core';
import type { Json } from '../contracts';
import type { FrozenGraph } from '../graph';
import type { Module } from '../nn';

/** The input of a written model. */
export interface ExportedInput {
  readonly height: number;
  readonly width: number;
  /**
   * Mean and standard deviation per channel, for values in [0, 1], with which the evaluation view normalises; `null` if
   * the view is the user's own, and they are unknown.
   */
  readonly normalisation: { readonly mean: readonly number[]; readonly std: readonly number[] } | null;
  /** `float32`: normalised values. `uint8`: RGB bytes, which the graph itself normalises. */
  readonly kind: 'float32' | 'uint8';
  /**
   * `nhwc` or `nchw` if the user chose one; otherwise each format uses its default. The graph is always `[batch,
   * height, width, 3]`.
   */
  readonly layout: 'nhwc' | 'nchw' | null;
}

/** The preprocessing of an image for the model. */
export type ExportedPreprocessing =
  | {
      /**
       * The image is resized so that it just covers the view, antialiased as in torchvision; its centre is cropped, and
       * values are scaled to [0, 1] and normalised.
       */
      readonly kind: 'plain';
      readonly height: number;
      readonly width: number;
      readonly interpolation: 'bilinear' | 'bicubic';
      readonly mean: readonly number[];
      readonly std: readonly number[];
    }
  | {
      /** A user's own view: its name, and the options with which it was made. */
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

/** A trained model whose evaluation has been traced. */
export interface ExportedModel extends ExportedWeights {
  /** The simplified graph, from images of `input.kind` `[batch, height, width, 3]` to features `[batch, featureWidth]`. */
  readonly graph: FrozenGraph;
}
