import * as tf from '@tensorflow/tfjs-core';
import { recordGraph, recordingWithin } from '../../engine';
import type { OutsideValue } from '../../engine';
import { freeBatch } from '../../graph';
import type { FrozenGraph, GraphConstant } from '../../graph';
import { aroundForward } from '../around-forward';
import { whileEvaluating } from '../evaluating';
import type { Module } from '../module';

/** How a function of images becomes a graph. */
export interface FreezeOptions {
  /** Extents of one image. */
  readonly inputShape: readonly [height: number, width: number, channels: number];
  /** The module whose parts name the nodes, and which is in evaluation mode meanwhile. */
  readonly module?: Module;
  /** The name of the input (default `images`). */
  readonly inputName?: string;
  /** The name of the output, where the function gives one tensor (default `features`). */
  readonly outputName?: string;
  /** What is frozen, for errors (default: the module's class). */
  readonly name?: string;
}

/**
 * Sizes of batches that are traced: two tell what grows with the batch, and the others that it grows evenly, also for many images.
 * An image alone is not among them, since TensorFlow.js leaves out operations that repeat nothing.
 */
const BATCHES = [3, 5, 8, 64] as const;

/**
 * A function of a batch of images `[batch, height, width, channels]` as a graph that stands alone: evaluation mode, weights
 * as constants, batches of any size. Convolutions and pools are TensorFlow's own: `Conv2D` of padding `SAME` where it has
 * no stride and keeps the size, else `VALID` behind a `Pad`; pools `VALID` behind a `PadV2`.
 *
 * The result is within rounding of what `run` gives. Freezing changes neither weights nor modes.
 *
 * @throws FulgurError `module`, naming the module, for what depends on more than images and weights (random draws, the
 * clock, layers in training mode), on values (shapes that depend on them), or on the size of the batch in another way than
 * shapes do.
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

/** Puts a module into evaluation mode, and each part's operations under its name, until the disposer is called. */
function watchModules(root: Module): () => void {
  const parts = [...root.namedModules()];
  const modes = parts.map(([, module]) => [module, module.training] as const);
  root.eval();
  const restores = parts.map(([name, module]) =>
    aroundForward(module, (forward) => recordingWithin(name, forward)),
  );
  return () => {
    for (const restore of restores.reverse()) restore();
    // Setting a module's mode sets that of all below it, so modules shared by two owners may take a second round.
    let differing = modes;
    while (differing.length > 0) {
      for (const [module, training] of differing) module.train(training);
      differing = modes.filter(([module, training]) => module.training !== training);
    }
  };
}
