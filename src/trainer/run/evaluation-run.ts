import type * as tf from '@tensorflow/tfjs-core';
import type {
  BatchSource,
  EvaluationKind,
  Notify,
  RunEventBus,
  StateDict,
  Strategy,
  WeightKind,
} from '../../contracts';
import { FulgurError } from '../../errors';
import { evaluationKinds } from '../evaluation/evaluation-kind';
import { EvaluationLoop } from '../evaluation/evaluation-loop';
import { compileEvaluationStep } from '../evaluation/evaluation-step';
import type { EvaluationStep } from '../evaluation/evaluation-step';
import { Predictions } from '../evaluation/predictions';
import type { WeightSwitch } from '../evaluation/weight-switch';
import { inHookOrder, refuseMisspeltHooks } from '../hooks/participants';
import type { BuiltPlugin } from '../hooks/participants';
import { HostHookRunner } from '../hooks/host-hook-runner';
import { LogRouter } from '../log/log-router';
import { MetricStore } from '../log/metric-store';
import type { RunControl } from '../loop/run-control';
import { connectModuleLog } from '../training-module';
import type { Evaluated } from '../state/resume-checks';
import { restoreModel } from '../state/run-state-keeper';
import type { StepOptions } from '../step/build-step-runner';
import { VariableOwners } from '../step/variable-owners';
import type { TrainingModule } from '../training-module';
import { progressAt } from './inspection-run';
import { runToEnd } from './run-to-end';
import { taskRunner } from './tasks';

/** What an evaluation measured. */
export interface EvaluationResult {
  readonly status: 'finished' | 'interrupted';
  /** What it logged; empty where it was interrupted. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly batches: number;
  /** The weights that were evaluated. */
  readonly weights: WeightKind;
  /** Of a prediction: tensors of `[samples, ...]` by name. */
  readonly predictions: StateDict;
}

export interface EvaluationRunParts<B> {
  readonly kind: EvaluationKind;
  readonly module: TrainingModule<B>;
  readonly data: BatchSource<B>;
  readonly batches: number;
  /** `null` evaluates the weights that the module has. */
  readonly from: Evaluated | null;
  readonly weights: WeightSwitch;
  readonly plugins: readonly BuiltPlugin[];
  readonly events: RunEventBus;
  readonly strategy: Strategy;
  readonly steps: Pick<StepOptions, 'eager' | 'precision'>;
  readonly control: RunControl;
  /** Takes each batch's outputs, and disposes them; else the result holds them all. */
  readonly onOutputs?: ((outputs: Outputs) => Promise<void>) | undefined;
}

/** What `predictStep` gave for a batch. */
export type Outputs = Readonly<Record<string, tf.Tensor>>;

/** Evaluates a module outside of a fit: setup, weights, the evaluation with its hooks, teardown. */
export async function runEvaluation<B>(parts: EvaluationRunParts<B>): Promise<EvaluationResult> {
  const { kind, module, batches, from, events, control, strategy, weights } = parts;
  if (batches === 0) throw nothingToEvaluate(kind);
  const participants = inHookOrder(parts.plugins, { name: module.constructor.name, hooks: module });
  refuseMisspeltHooks(participants);
  const progress = progressAt(from);
  const now = { step: progress.globalStep, epoch: progress.epoch };
  const log = new LogRouter(new MetricStore(() => now));
  const view = {
    stage: () => evaluationKinds[kind].stage,
    progress: () => progress,
    isDue: () => false,
    stop: () => undefined,
    task: taskRunner(control, events),
  };
  const hooks = new HostHookRunner(participants, view, log, events);
  const disconnect = connectModuleLog(module, log);
  const predictions = new Predictions();
  const notify: Notify = (level, text) => events.emit('message', level, text);
  const owners = new VariableOwners(module, notify);
  const made: {
    step?: EvaluationStep<B>;
    metrics?: EvaluationResult['metrics'] | null;
    weights?: WeightKind;
  } = {};
  const work = async (): Promise<void> => {
    const warn = (text: string): void => {
      if (strategy.ranks.rank === 0) notify('warning', text);
    };
    const step = (made.step = compileEvaluationStep({ kind, module, log, owners, warn, ...parts.steps }));
    await hooks.call('setup', []);
    if (from !== null) {
      await restoreModel(from, { ...parts, hooks }, notify);
    }
    weights.choose(from?.weights ?? null, `checkpoint ${from?.path ?? ''}`);
    made.weights = weights.kind;
    await strategy.prepare(module);
    const loop = new EvaluationLoop<B>({
      ...parts,
      step,
      hooks,
      log,
      updates: () => progress.globalStep,
      seed: from?.state.seed,
      isInterrupted: () => control.isInterrupted(),
      onOutputs: parts.onOutputs ?? ((outputs) => predictions.add(outputs)),
    });
    made.metrics = await control.during(
      'the evaluation ends after the current batch, and nothing is written.',
      () => loop.run({ batches, sanityCheck: false, publish: () => undefined }),
    );
  };
  const releases = [() => made.step?.dispose()];
  try {
    await runToEnd({ work, hooks, control, events, releases });
  } finally {
    disconnect();
  }
  const metrics = made.metrics ?? null;
  const status = metrics === null ? 'interrupted' : 'finished';
  return {
    status,
    metrics: metrics ?? {},
    batches,
    weights: made.weights ?? 'raw',
    predictions: predictions.tensors(),
  };
}

function nothingToEvaluate(kind: EvaluationKind): FulgurError {
  return new FulgurError('trainer', {
    what: `There are no batches for the ${kind}.`,
    fix: 'Give data, and look at the trainer option that limits them.',
  });
}
