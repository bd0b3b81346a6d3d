import * as tf from '@tensorflow/tfjs-core';
import type { ImageBatch, ModelAccess, ModuleSummary } from '../contracts';
import { compile, watchVariables } from '../engine';
import { FulgurError } from '../errors';
import { Module, freeze, isWeight } from '../nn';
import { WeightSwitch, inEvaluationMode } from './evaluation/evaluated-model';
import { VariableOwners } from './step/variable-owners';

/** A module as observers see it; `dispose` frees what it compiled. */
export interface ModelReader extends ModelAccess {
  dispose(): void;
}

/**
 * Read access to a model in training: its state, and features of images in evaluation mode.
 *
 * Features come from the module's `embed(images)` if it has that method, otherwise from its field `backbone`; outputs
 * that are not flat are flattened to `[batch, features]`. They are compiled once per shape.
 *
 * @param weights the weights that evaluations see (default: the module's own).
 */
export function modelAccess(module: Module, weights = new WeightSwitch()): ModelReader {
  const owners = new VariableOwners(module);
  const features = (images: tf.Tensor4D): tf.Tensor2D => {
    const { result, use } = watchVariables(() => featuresOf(module)(images));
    owners.check('embed', use);
    return result;
  };
  const embed = compile(
    features,
    // Evaluation sees a full and a last batch of every data set: a few traces are not a sign of trouble.
    { name: 'embed', onRetrace: () => undefined },
  );
  return {
    name: module.constructor.name,
    stateDict: () => module.stateDict(),
    variables: () => module.namedVariables(),
    loadStateDict: (state) => {
      module.loadStateDict(state);
    },
    modules: () => [...module.namedModules()].map(([name, part]) => summaryOf(name, part)),
    embed: (batch: ImageBatch) =>
      weights.during(() =>
        inEvaluationMode(module, async () => {
          const rows = await embed(batch.images);
          try {
            return { features: new Float32Array(await rows.data()), width: rows.shape[1] };
          } finally {
            rows.dispose();
          }
        }),
      ),
    freeze: (inputShape) => weights.during(() => freeze(features, { inputShape, module })),
    evaluatedWeights: () => weights.kind,
    dispose: () => {
      embed.dispose();
    },
  };
}

function summaryOf(name: string, module: Module): ModuleSummary {
  const parameters = [...module.parameters()];
  const copies = [...module.namedBuffers().values()].filter(isWeight);
  const count = (list: readonly { readonly size: number }[]): number =>
    list.reduce((sum, { size }) => sum + size, 0);
  return {
    name,
    type: module.constructor.name,
    parameters: count(parameters),
    trainable: count(parameters.filter(({ trainable }) => trainable)),
    copied: count(copies),
    training: module.training,
  };
}

/**
 * Returns the function that computes a module's features of images: its `embed(images)`, or its field `backbone`.
 * Outputs that are not flat are flattened.
 * @throws FulgurError `module` if the module has neither.
 */
export function featuresOf(module: Module): (images: tf.Tensor4D) => tf.Tensor2D {
  const embed = embedderOf(module);
  return (images) => {
    const features = embed(images);
    const [batch = 0, ...extents] = features.shape;
    return tf.reshape<tf.Rank.R2>(features, [
      batch,
      extents.reduce((product, extent) => product * extent, 1),
    ]);
  };
}

function embedderOf(module: Module): (images: tf.Tensor4D) => tf.Tensor {
  const own: unknown = Reflect.get(module, 'embed');
  if (typeof own === 'function') return (images) => Reflect.apply(own, module, [images]) as tf.Tensor;
  const backbone: unknown = Reflect.get(module, 'backbone');
  if (backbone instanceof Module) {
    return (images) => Reflect.apply(backbone.forward, backbone, [images]) as tf.Tensor;
  }
  throw new FulgurError('module', {
    what: `${module.constructor.name} has no field 'backbone' and no method 'embed'.`,
    why: 'It is not known how to compute the features of an image.',
    fix: "Name the module that computes them 'backbone', or define embed(images) to return [batch, features].",
  });
}
