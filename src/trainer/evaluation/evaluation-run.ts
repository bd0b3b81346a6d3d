import type {
  BatchSource,
  Evaluated,
  EvaluationKind,
  FitProgress,
  RunTask,
  Stage,
  StateDict,
  WeightKind,
} from '../../contracts';
import { FulgurError } from '../../errors';
import { evaluationKinds } from './evaluation-kind';
import { EvaluationLoop } from './evaluation-loop';
import type { Outputs } from './evaluation-loop';
import { Predictions } from './predictions';
import { interrupted } from '../run-control';
import type { TrainingModule } from '../training-module';
import { TrainerScope } from '../trainer-scope';
import type { ScopeParts } from '../trainer-scope';

/** The result of an evaluation. */
export interface EvaluationResult {
  readonly status: 'finished' | 'interrupted';
  /** The logged metrics; empty if the evaluation was interrupted. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly batches: number;
  /** The weights that were evaluated. */
  readonly weights: WeightKind;
  /** For a prediction: tensors of `[samples, ...]` by name. */
  readonly predictions: StateDict;
}

/** Options of an evaluation outside a fit. */
export interface EvaluationOrder<B> {
  readonly kind: EvaluationKind;
  readonly data: BatchSource<B>;
  readonly batches: number;
  /** `null` evaluates the module's current weights. */
  readonly from: Evaluated | null;
  /** Receives each batch's outputs and disposes them; without it the result contains them all. */
  readonly onOutputs?: ((outputs: Outputs) => Promise<void>) | undefined;
}

/** Evaluates a module outside a fit: setup, weights, the evaluation with its hooks, teardown. */
export async function runEvaluation<B>(
  module: TrainingModule<B>,
  parts: ScopeParts,
  { kind, data, batches, from, onOutputs }: EvaluationOrder<B>,
): Promise<EvaluationResult> {
  if (batches === 0) throw nothingToEvaluate(kind);
  const { control } = parts;
  const progress = progressAt(from);
  const scope = scopeAt(module, parts, evaluationKinds[kind].stage, progress);
  const predictions = new Predictions();
  const measured = await scope.toEnd(async () => {
    const loop = new EvaluationLoop(scope, {
      ...{ kind, data, updates: () => progress.globalStep, seed: from?.state.seed },
      onOutputs: onOutputs ?? ((outputs) => predictions.add(outputs)),
    });
    const weights = await takeWeights(scope, from);
    const metrics = await control.during(
      'the evaluation stops after the current batch, and nothing is written.',
      () => loop.run({ batches, sanityCheck: false, publish: () => undefined }),
    );
    return { weights, metrics };
  });
  const metrics = measured?.metrics ?? null;
  return {
    status: metrics === null ? 'interrupted' : 'finished',
    metrics: metrics ?? {},
    batches,
    weights: measured?.weights ?? 'raw',
    predictions: predictions.tensors(),
  };
}

/** Inspects a module with a checkpoint's weights: setup, weights, the work of `look`, teardown. */
export async function runInspection<B, T>(
  module: TrainingModule<B>,
  parts: ScopeParts,
  from: Evaluated | null,
  look: (weights: WeightKind, task: RunTask) => Promise<T>,
): Promise<T> {
  const { weights, control } = parts;
  const scope = scopeAt(module, parts, 'inspect', progressAt(from));
  const found = await scope.toEnd(async () => {
    const kind = await takeWeights(scope, from);
    return { result: await weights.during(() => look(kind, scope.task)) };
  });
  if (found === null) throw interrupted(control.interruptReason ?? 'the end was requested');
  return found.result;
}

/** Sets up all participants with the checkpoint, and chooses the weights to evaluate. */
async function takeWeights<B>(scope: TrainerScope<B>, from: Evaluated | null): Promise<WeightKind> {
  const { module, parts } = scope;
  await scope.setUp(from);
  parts.weights.choose(from?.weights ?? null, `checkpoint ${from?.path ?? ''}`);
  await parts.strategy.prepare(module);
  return parts.weights.kind;
}

/** No training plan is executed, so nothing is due and nothing can be stopped. */
function scopeAt<B>(
  module: TrainingModule<B>,
  parts: ScopeParts,
  stage: Stage,
  progress: FitProgress,
): TrainerScope<B> {
  return new TrainerScope(module, parts, {
    stage: () => stage,
    progress: () => progress,
    moment: () => ({ step: progress.globalStep, epoch: progress.epoch }),
    isDue: () => false,
    stop: () => undefined,
  });
}

/** Returns the training position at which a checkpoint was written. */
function progressAt(from: Evaluated | null): FitProgress {
  const { epoch = 0, nextBatch = 0, globalStep = 0 } = from?.state.progress ?? {};
  return { epoch, batchIndex: nextBatch, globalStep, batchesPerEpoch: 0, maxEpochs: null, maxSteps: null };
}

function nothingToEvaluate(kind: EvaluationKind): FulgurError {
  return new FulgurError('trainer', {
    what: `There are no batches for the ${kind}.`,
    fix: 'Provide data, and check the trainer option that limits its batches.',
  });
}
