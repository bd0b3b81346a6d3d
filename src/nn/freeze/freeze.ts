import * as tf from '@tensorflow/tfjs-core';
import { recordGraph, recordingWithin } from '../../engine';
import type { OutsideValue } from '../../engine';
import { freeBatch } from '../../graph';
import type { FrozenGraph, GraphConstant } from '../../graph';
import { aroundForward } from '../around-forward';
import { whileEvaluating } from '../evaluating';
import type { Module } from '../module';

/** Options for turning a function of images into a graph. */
export interface FreezeOptions {
  /** The extents of one image. */
  readonly inputShape: readonly [height: number, width: number, channels: number];
  /** The module whose parts give the nodes their names, and which is in evaluation mode meanwhile. */
  readonly module?: Module;
  /** The name of the input (default `images`). */
  readonly inputName?: string;
  /** The name of the output, if the function returns one tensor (default `features`). */
  readonly outputName?: string;
  /** The name of the frozen object in errors (default: the module's class). */
  readonly name?: string;
}

/**
 * The batch sizes that are traced: two show which extents grow with the batch, the others that they grow linearly, even
 * for many images. A batch of one image is not among them, because TensorFlow.js leaves out operations that repeat
 * nothing.
 */
const BATCHES = [3, 5, 8, 64] as const;

/**
 * Turns a function of a batch of images `[batch, height, width, channels]` into a self-contained graph: evaluation
 * mode, weights as constants, batches of any size. Convolutions and pools are TensorFlow's own: `Conv2D` with padding
 * `SAME` if it has no stride and keeps the size, otherwise `VALID` after a `Pad`; pools `VALID` after a `PadV2`.
 *
 * The result equals that of `run` up to rounding. Freezing changes neither weights nor modes.
 *
 * @throws FulgurError `module`, naming the module, for operations that depend on more than images and weights (random
 *   draws, the clock, layers in training mode), on values (shapes that depend on them), or on the batch size in any way
 *   other than shapes do.
 */
export async function freeze(
  run: (images: tf.Tensor4D) => tf.Tensor | Record<string, tf.Tensor>,
  { inputShape, module, inputName = 'images', outputName = 'features', ...others }: FreezeOptions,
): Promise<FrozenGraph> {
  const name = others.name ?? module?.constructor.name ?? (run.name === '' ? 'the function' : run.name);
  const constants = new Map<number, GraphConstant>();
  const options = { name, inputName, outputName, variables: variablesOf(module), constants };
  const restore = module === undefined ? () => undefined : watchModules(module);
  try {
    const graphs = BATCHES.map((batch) => {
      const images = tf.zeros<tf.Rank.R4>([batch, ...inputShape]);
      try {
        return {
          batch,
          graph: recordGraph((input) => whileEvaluating(() => tf.tidy(() => run(input))), images, options),
        };
      } finally {
        images.dispose();
      }
    });
    return await Promise.resolve(freeBatch(name, graphs));
  } finally {
    restore();
  }
}

function variablesOf(module: Module | undefined): Map<tf.Variable, OutsideValue> {
  if (module === undefined) return new Map();
  return new Map(
    [...module.namedVariables()].map(([full, variable]) => {
      const cut = full.lastIndexOf('.');
      return [variable, { module: full.slice(0, Math.max(cut, 0)), name: full.slice(cut + 1) }];
    }),
  );
}

/** Puts a module into evaluation mode, and the operations of each part under its name, until the disposer is called. */
function watchModules(root: Module): () => void {
  const parts = [...root.namedModules()];
  const modes = parts.map(([, module]) => [module, module.training] as const);
  root.eval();
  const restores = parts.map(([name, module]) =>
    aroundForward(module, (forward) => recordingWithin(name, forward)),
  );
  return () => {
    for (const restore of restores.reverse()) restore();
    // Setting a module's mode sets that of all its descendants, so modules shared by two owners may need a second
    // round.
    let differing = modes;
    while (differing.length > 0) {
      for (const [module, training] of differing) module.train(training);
      differing = modes.filter(([module, training]) => module.training !== training);
    }
  };
}
