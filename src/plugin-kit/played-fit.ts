import type * as tf from '@tensorflow/tfjs-core';
import type {
  BatchSource,
  FitProgress,
  LoggedValue,
  MetricRow,
  Optimizer,
  OptimizerState,
  TrainerInput,
} from '../contracts';
import { TrainingModule } from '../trainer';
import type { StepSource } from '../trainer';

type Metrics = MetricRow['values'];

/** What is played in the place of training. */
export interface RehearsalScript {
  readonly options: TrainerInput;
  readonly batchesPerEpoch: number;
  /** 0 for a fit without validation. */
  readonly validationBatches: number;
  /** The batch that hooks are given, by its number in the epoch. */
  readonly batch: (index: number) => unknown;
  /** The loss of a step, by where the fit stands before it. */
  readonly loss: (progress: FitProgress) => number;
  /** How long a step takes, in words only: nobody waits. */
  readonly stepSeconds: (progress: FitProgress) => number;
  /** What the step of a batch logs. */
  readonly metrics: (progress: FitProgress) => Metrics;
  /** What the batches of a validation log. */
  readonly validationMetrics: (progress: FitProgress) => Metrics;
}

/** Stands in the place of a model: it has no parameters, and takes every state. */
export class Understudy extends TrainingModule<unknown> {
  forward(): void {}

  override trainingStep(): tf.Scalar {
    throw new Error('the steps of a rehearsal are played');
  }

  override validationStep(): void {}

  override configureOptimizers(): Optimizer {
    return playedOptimizer();
  }

  override loadStateDict(): ReturnType<TrainingModule<unknown>['loadStateDict']> {
    return { missing: [], unexpected: [] };
  }
}

/** An optimiser of nothing. */
export function playedOptimizer(): Optimizer {
  const none: ReadonlyMap<string, tf.Variable> = new Map();
  const nothing = (): never => {
    throw new Error('the steps of a rehearsal are played');
  };
  let stepCount = 0;
  return {
    kind: 'rehearsal',
    get stepCount() {
      return stepCount;
    },
    learningRates: [],
    parameters: () => none,
    trainedParameters: () => none,
    gradients: nothing,
    minimize: nothing,
    apply: () => {
      stepCount += 1;
    },
    overrideLearningRate: () => undefined,
    state: (): OptimizerState => ({ kind: 'rehearsal', stepCount, slots: new Map() }),
    restore: (state) => {
      ({ stepCount } = state);
    },
    dispose: () => undefined,
  };
}

/**
 * Steps that give what the script says.
 *
 * @param progress where the fit stands.
 */
export function playedSteps(script: RehearsalScript, progress: () => FitProgress): StepSource {
  return {
    requireReady: () => undefined,
    device: () => 'none',
    training: ({ optimizers }) => ({
      eager: false,
      run: (_, isUpdate) => {
        const now = progress();
        if (isUpdate) optimizers.apply(new Map());
        return Promise.resolve({
          loss: script.loss(now),
          logged: loggedOf(script.metrics(now), { onStep: true, onEpoch: false }),
          seconds: script.stepSeconds(now),
        });
      },
      dropAccumulated: () => undefined,
      dispose: () => undefined,
    }),
    evaluation: () => {
      const evaluate = () =>
        Promise.resolve({
          logged: loggedOf(script.validationMetrics(progress()), { onStep: false, onEpoch: true }),
          outputs: {},
        });
      return Object.assign(evaluate, { dispose: () => undefined });
    },
  };
}

function loggedOf(
  metrics: Metrics,
  when: { readonly onStep: boolean; readonly onEpoch: boolean },
): LoggedValue<number>[] {
  const options = { ...when, progBar: true, logger: true, reduce: 'mean' } as const;
  return Object.entries(metrics).map(([name, value]) => ({ name, value, options }));
}

export function playedBatches(batches: number, batch: RehearsalScript['batch']): BatchSource<unknown> {
  return {
    batchesPerEpoch: batches,
    samples: batches,
    async *epoch(_, { startBatch = 0, limit = Infinity } = {}) {
      for (let index = startBatch; index < Math.min(batches, startBatch + limit); index++) {
        yield await Promise.resolve(batch(index));
      }
    },
    close: () => Promise.resolve(),
  };
}
