import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { seedNumber, wholeNumber } from '../contracts';
import type { EvaluationData, ImageBatch, Precision, StateDict, TaskReport } from '../contracts';
import { compile, watchVariables, withSeed } from '../engine';
import type { CompileOptions } from '../engine';
import { FulgurError } from '../errors';
import {
  Linear,
  Module,
  ParameterList,
  isParameter,
  randomPosition,
  setRandomPosition,
  stopGradient,
} from '../nn';
import { schedules, sgd } from '../optim';
import { fewerImages } from './feature-table';
import { lastRate, probeRule, topKAccuracy } from './linear-classifier';

const probability = z.number().min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1');

/** Options of finetuning; defaults as in lightly's finetuning. */
export const finetuneSchema = z.strictObject({
  epochs: wholeNumber('epochs').default(30).describe('number of passes over the train split'),
  learningRate: z
    .number()
    .positive('must be above 0')
    .default(0.05)
    .describe('first learning rate for a batch of 256, scaled in proportion for other sizes'),
  batchSize: wholeNumber('images').default(256).describe('number of images in an update'),
  unfreezeAfter: z
    .int('must be a whole number of epochs')
    .nonnegative('must not be negative')
    .default(0)
    .describe('number of initial epochs in which only the classifier learns'),
  seed: seedNumber().default(0).describe("seed of the classifier's initial weights, batches and crops"),
  augment: z.boolean().default(true).describe('train on random crops and flips; false: on plain images'),
  minScale: probability.default(0.08).describe("smallest area of a crop, as a fraction of the image's"),
  flip: probability.default(0.5).describe('probability of a horizontal flip'),
  trainLimit: fewerImages().describe('maximum number of training images, spread evenly; null for all'),
  testLimit: fewerImages().describe(
    'maximum number of held-out images to evaluate on, spread evenly; null for all',
  ),
});

/** The same options, with all defaults filled in. */
export interface FinetuneOptions extends Readonly<z.output<typeof finetuneSchema>> {}

/** A model to be finetuned, which changes it. */
export interface FinetuneModel {
  readonly module: Module;
  /** Computes its features of images: `[batch, height, width, 3]` to `[batch, width]`. */
  readonly features: (images: tf.Tensor4D) => tf.Tensor2D;
  /** The initial `weight` and `bias` of the classifier (default: initialised as in PyTorch). */
  readonly classifier?: StateDict;
}

/** The result of finetuning, and everything on which it depends besides the initial weights. */
export interface FinetuneResult extends Omit<FinetuneOptions, 'trainLimit' | 'testLimit'> {
  /** The fraction of held-out images that are classified correctly. */
  readonly accuracy: number;
  /** The fraction whose class is among the five highest logits; `null` if there are no more than five classes. */
  readonly accuracyTop5: number | null;
  /** The mean loss of the last epoch. */
  readonly trainLoss: number;
  readonly classes: number;
  readonly data: string;
  readonly trainSamples: number;
  readonly testSamples: number;
  readonly featureWidth: number;
  /** The finetuned weights that compute the features, under the module's names, and `classifier.weight` and `.bias`. */
  readonly state: StateDict;
}

/**
 * Trains a linear classifier on a backbone's features together with the backbone, end to end, and evaluates them on
 * plain held-out images after the last epoch: SGD on cross entropy, batch norm in training mode, random crops and
 * flips. While the backbone is frozen it is in evaluation mode. Parameters that the module has frozen stay frozen. The
 * module stays finetuned; no other tensors are left.
 *
 * Source: lightly's `FinetuneClassifier` and its benchmarks' `finetune_eval`, after SimCLR (Chen et al. 2020).
 *
 * @param how whether the steps are compiled, and their precision.
 * @param report receives the fraction of the work done, and may end it by rejecting.
 * @throws FulgurError `data` for data without labels or images, `module` if training diverges or none of the parameters
 *   of the features can be trained.
 */
export async function evaluateByFinetuning(
  { module, features, classifier: first }: FinetuneModel,
  data: EvaluationData,
  options: FinetuneOptions,
  how: { readonly eager: boolean; readonly precision: Precision },
  report?: TaskReport,
): Promise<FinetuneResult> {
  const { trainLimit, testLimit, ...settings } = options;
  const { found, trainSamples } = await lookAt(module, features, data, trainLimit);
  const batchSize = Math.min(settings.batchSize, trainSamples);
  const classifier = withSeed(settings.seed, () => new Linear(found.width, data.classes));
  const position = randomPosition();
  setRandomPosition(0);
  try {
    if (first !== undefined) classifier.loadStateDict(first);
    const model = new Finetuned(module, classifier, features);
    const order = { ...settings, batchSize };
    const named = [...model.namedParameters()].filter(
      ([name]) => name.startsWith('classifier.') || found.names.has(name.replace(/^model\./, '')),
    );
    const learning = new ParameterList(new Map(named));
    const trainLoss = await train(model, learning, data, { ...order, trainLimit }, how, report);
    const { logits, labels } = await judge(model, data, batchSize, testLimit, how, report);
    if (!logits.every(Number.isFinite)) throw diverged(settings.learningRate);
    const top = (k: number): number => topKAccuracy(logits, labels, k);
    return {
      ...{ accuracy: top(1), accuracyTop5: data.classes > 5 ? top(5) : null, trainLoss, ...order },
      ...{ classes: data.classes, data: data.name, trainSamples, testSamples: labels.length },
      featureWidth: found.width,
      state: stateOf(module, classifier, found.names),
    };
  } finally {
    setRandomPosition(position);
    classifier.dispose();
  }
}

/** The module with a classifier on its features. */
class Finetuned extends Module {
  constructor(
    readonly model: Module,
    readonly classifier: Linear,
    /** Not a method of the module, so that it is not searched for members. */
    readonly features: FinetuneModel['features'],
  ) {
    super();
  }

  /** Computes logits of images. @param learns whether gradients reach the features. */
  forward(images: tf.Tensor4D, learns: boolean): tf.Tensor2D {
    const features = this.features(images);
    return this.classifier.forward(learns ? features : stopGradient(features));
  }
}

interface Found {
  readonly width: number;
  /** Returns the names of the tensors on which features depend. */
  readonly names: ReadonlySet<string>;
}

/** Returns what the features of one image reveal of the model, and the number of training images. */
async function lookAt(
  module: Module,
  features: FinetuneModel['features'],
  data: EvaluationData,
  limit: number | null,
): Promise<{ found: Found; trainSamples: number }> {
  const source = await data.open('train', { batchSize: 1, labelled: true, ...(limit !== null && { limit }) });
  module.eval();
  try {
    for await (const { images } of source.epoch(0, { limit: 1 })) {
      return { found: usedBy(module, features, images), trainSamples: source.samples };
    }
  } finally {
    await source.close();
  }
  throw new FulgurError('data', {
    what: `The train split of ${data.name} contains no images.`,
    fix: 'Use a data set that has both splits.',
  });
}

function usedBy(module: Module, features: FinetuneModel['features'], images: tf.Tensor4D): Found {
  let width = 0;
  const variables = [...module.namedVariables()];
  const read = tf.tidy(() => {
    const { result, use } = watchVariables(() => features(images));
    width = result.shape[1];
    return variables.filter(([, variable]) => use.read.has(variable));
  });
  if (!read.some(([, variable]) => isParameter(variable) && variable.trainable)) {
    throw new FulgurError('module', {
      what: `None of the parameters that compute the features of ${module.constructor.name} can be trained.`,
      why: 'They are frozen, or belong to a teacher.',
      fix: "Let embed(images) or the field 'backbone' use the student, and do not freeze it.",
    });
  }
  // Batch norm's count of batches is not read, but belongs to it.
  const owners = new Set(read.map(([name]) => ownerOf(name)));
  return {
    width,
    names: new Set(variables.map(([name]) => name).filter((name) => owners.has(ownerOf(name)))),
  };
}

function ownerOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.') + 1);
}

type Compiling = Pick<CompileOptions, 'eager' | 'precision'>;

/** Returns the mean loss of the last epoch. */
async function train(
  model: Finetuned,
  learning: ParameterList,
  data: EvaluationData,
  options: Omit<FinetuneOptions, 'testLimit'>,
  how: Compiling,
  report: TaskReport | undefined,
): Promise<number> {
  const { epochs, batchSize, learningRate, unfreezeAfter, seed, augment, minScale, flip, trainLimit } =
    options;
  const source = await data.open('train', {
    ...{ batchSize, labelled: true, ...(trainLimit !== null && { limit: trainLimit }) },
    training: { seed, crops: augment ? { minScale, flip } : null },
  });
  const first = (learningRate * batchSize) / 256;
  const totalSteps = epochs * source.batchesPerEpoch;
  const schedule = schedules.cosine({ learningRate: first, totalSteps, end: lastRate * first });
  const { momentum, weightDecay } = probeRule;
  const optimizer = sgd(learning, { learningRate: schedule, momentum, weightDecay });
  const update = (learns: boolean) =>
    compile(
      (images: tf.Tensor4D, labels: tf.Tensor1D): tf.Scalar =>
        optimizer.minimize(() => {
          const logits = model.forward(images, learns);
          const targets = tf.oneHot(labels, data.classes);
          return tf.losses.softmaxCrossEntropy(targets, logits).asScalar();
        }),
      { ...how, name: 'finetuning' },
    );
  const updates = { frozen: update(false), all: update(true) };
  let done = 0;
  let sum = 0;
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const learns = epoch >= unfreezeAfter;
      model.train(learns);
      const step = learns ? updates.all : updates.frozen;
      sum = 0;
      for await (const { images, labels } of source.epoch(epoch)) {
        const loss = await step(images, labels);
        if (!Number.isFinite(loss)) throw diverged(learningRate);
        sum += loss;
        done += 1;
        await report?.(done, totalSteps);
      }
    }
    return sum / source.batchesPerEpoch;
  } finally {
    updates.frozen.dispose();
    updates.all.dispose();
    optimizer.dispose();
    await source.close();
  }
}

/** Returns the logits of held-out images, `[samples, classes]` row by row, and their classes. */
async function judge(
  model: Finetuned,
  data: EvaluationData,
  batchSize: number,
  limit: number | null,
  how: Compiling,
  report: TaskReport | undefined,
): Promise<{ logits: Float32Array; labels: Int32Array }> {
  model.eval();
  const source = await data.open('test', { batchSize, labelled: true, ...(limit !== null && { limit }) });
  const classify = compile((images: tf.Tensor4D) => model.forward(images, false), {
    ...{ ...how, name: 'finetuned classifier' },
    // A smaller last batch is not a sign of trouble.
    onRetrace: () => undefined,
  });
  const logits = new Float32Array(source.samples * data.classes);
  const labels = new Int32Array(source.samples);
  let done = 0;
  try {
    for await (const batch of source.epoch(0)) {
      const rows = await classify(batch.images);
      try {
        logits.set(await rows.data(), done * data.classes);
      } finally {
        rows.dispose();
      }
      const classes = await classesOf(batch);
      labels.set(classes, done);
      done += classes.length;
      await report?.(done, source.samples);
    }
    return { logits: logits.subarray(0, done * data.classes), labels: labels.subarray(0, done) };
  } finally {
    classify.dispose();
    await source.close();
  }
}

async function classesOf({ labels }: ImageBatch): Promise<Int32Array> {
  return (await labels.data()) as Int32Array;
}

function stateOf(module: Module, classifier: Linear, names: ReadonlySet<string>): StateDict {
  const own = [...module.stateDict()].filter(([name]) => names.has(name));
  const added = [...classifier.stateDict()].map(([name, tensor]) => [`classifier.${name}`, tensor] as const);
  return new Map([...own, ...added]);
}

function diverged(learningRate: number): FulgurError {
  return new FulgurError('module', {
    what: `Finetuning diverged at learning rate ${learningRate}.`,
    fix: 'Use a smaller one with --finetune.learningRate.',
  });
}
