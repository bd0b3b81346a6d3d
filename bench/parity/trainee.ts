import { nn, tf } from '../../src';
import type { TrainingModule, ViewBatch } from '../../src';
import { FastSiam } from './fast-siam';
import { shippedMethod } from './methods';
import type { Place } from './methods';
import { isMethodSpec } from './reference';
import type { MethodSpec, OutputName, TrainingSpec } from './reference';

/** A model, its loss, and the outputs that are compared. */
export interface Trainee {
  readonly model: nn.Module;
  /** The model's name for a tensor with a different name in the reference. */
  ownName(name: string): string;
  /** The loss of the views of this rank's samples. */
  loss(views: tf.Tensor4D[]): tf.Scalar;
  /**
   * The features that show a collapse, `[batch, features]`, of the views whose loss was computed last; `null` if they
   * are not needed.
   */
  watched(): tf.Tensor2D | null;
  /** The model's outputs for a view. */
  outputs(view: tf.Tensor4D): Readonly<Partial<Record<OutputName, tf.Tensor2D>>>;
}

/** Makes the model of a reference; on several ranks, that of this rank. */
export function traineeOf(spec: TrainingSpec, place: Place): Trainee {
  return isMethodSpec(spec) ? experimentTrainee(spec, place) : fastSiamTrainee(spec);
}

function fastSiamTrainee({ stem }: TrainingSpec): Trainee {
  const model = new FastSiam(stem);
  let z: tf.Tensor2D | null = null;
  return {
    model,
    ownName: (name) => name,
    loss: (views) => {
      const outputs = views.map((view) => model.forward(view));
      z = outputs[0]?.z ?? null;
      return model.loss(outputs);
    },
    watched: () => z,
    outputs: (view) => {
      const { z: evalZ0, p: evalP0 } = model.forward(view);
      return { evalZ0, evalP0 };
    },
  };
}

/** A shipped experiment: its own `trainingStep` at the first update of a run, at which schedules have their first values. */
function experimentTrainee(spec: MethodSpec, place: Place): Trainee {
  const { names = {}, build } = shippedMethod(spec.method);
  const model = build(spec, place);
  const run = {
    epoch: 0,
    maxEpochs: 10,
    totalSteps: 1000,
    stepsPerEpoch: 100,
    stepsIn: (n: number) => 100 * n,
  };
  const position = { step: 0, batchOfUpdate: 0, run };
  return {
    model,
    ownName: (wanted) => names[wanted] ?? wanted,
    loss: (views) => nn.withStepPosition(position, () => model.trainingStep(batchOf(views))),
    watched: () => null,
    outputs: (view) => ({ evalFeatures: featuresOf(model, view) }),
  };
}

function batchOf(views: tf.Tensor4D[]): ViewBatch {
  const rows = views[0]?.shape[0] ?? 0;
  const none = tf.fill<tf.Rank.R1>([rows], -1, 'int32');
  return { views, labels: none, indices: none };
}

/** Computes features as `knn` and `probe` do. */
function featuresOf(model: TrainingModule<ViewBatch>, view: tf.Tensor4D): tf.Tensor2D {
  const { embed, backbone } = model as { embed?: Forward; backbone?: { forward: Forward } };
  return embed === undefined ? backbone!.forward(view) : embed.call(model, view);
}

type Forward = (view: tf.Tensor4D) => tf.Tensor2D;
