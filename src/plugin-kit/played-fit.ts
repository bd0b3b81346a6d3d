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

/** The simulated training. */
export interface RehearsalScript {
  readonly options: TrainerInput;
  readonly batchesPerEpoch: number;
  /** 0 for a fit without validation. */
  readonly validationBatches: number;
  /** The batch passed to hooks, by its number in the epoch. */
  readonly batch: (index: number) => unknown;
  /** The loss of a step, by the progress of the fit before it. */
  readonly loss: (progress: FitProgress) => number;
  /** The reported duration of a step; nothing actually waits. */
  readonly stepSeconds: (progress: FitProgress) => number;
  /** The values logged by the step of a batch. */
  readonly metrics: (progress: FitProgress) => Metrics;
  /** The values logged by the batches of a validation. */
  readonly validationMetrics: (progress: FitProgress) => Metrics;
}

/** A stand-in for a model: it has no parameters and accepts every state. */
export class Understudy extends TrainingModule<unknown> {
  forward(): void {}

  override trainingStep(): tf.Scalar {
    throw new Error('the steps of a rehearsal are simulated');
  }

  override validationStep(): void {}

  override configureOptimizers(): Optimizer {
    return playedOptimizer();
  }

  override loadStateDict(): ReturnType<TrainingModule<unknown>['loadStateDict']> {
    return { missing: [], unexpected: [] };
  }
}

/** An optimiser without parameters. */
export function playedOptimizer(): Optimizer {
  const none: ReadonlyMap<string, tf.Variable> = new Map();
  const nothing = (): never => {
    throw new Error('the steps of a rehearsal are simulated');
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
 * Steps that return what the script specifies.
 *
 * @param progress the progress of the fit.
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
          brokenParameter: null,
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
