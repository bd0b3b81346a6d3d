import { DataParallel } from '../../plugins/data-parallel';
import { LocalSgd } from '../../plugins/local-sgd';
import { SyncBatchNorm } from '../../plugins/sync-bn';
import { WeightAveraging } from '../../plugins/weight-averaging';
import type {
  ModelAccess,
  Notify,
  PluginHooks,
  Ranks,
  RunState,
  Strategy,
  TrainerInput,
} from '../../src/contracts';
import { seedEverything } from '../../src/engine';
// After the engine, which puts its random operations into it.
import * as tf from '@tensorflow/tfjs-core';
import * as nn from '../../src/nn';
import { localBatchStatistics } from '../../src/nn';
import { EventBus, Trainer, WeightSwitch, modelAccess } from '../../src/trainer';
import { plugin, settings } from '../trainer/fakes/fit';
import type { PointBatch, PointsOptions } from '../trainer/fakes/points';
import { Regression } from '../trainer/fakes/regression';
import { DealtPoints, SharedPoints } from './shared-points';

/** A fit of a small model by ranks that share each batch. */
export interface TogetherSetup {
  readonly options?: TrainerInput;
  readonly data?: PointsOptions;
  readonly validation?: PointsOptions;
  /** Held-out samples that are dealt one by one. */
  readonly heldOut?: { readonly samples: number; readonly batchSize: number };
  readonly strategy?: 'data-parallel' | 'local-sgd';
  readonly syncBn?: boolean;
  /** The model (default: a regression with batch norm). */
  readonly module?: () => Validated;
  /** The model's first weights. */
  readonly seed?: number;
  readonly hooks?: (trainer: () => Trainer) => PluginHooks;
  readonly resume?: RunState;
  /** Draws in the model, and noise on the gradients that the ranks have exchanged. */
  readonly noisy?: boolean;
  /** Gives the model a queue of features that each rank fills from its own batches, and that its loss reads. */
  readonly queue?: nn.RankRule;
  /** Averages weights, which validation sees. */
  readonly averaging?: boolean;
}

/** What is left of it on a rank. */
export interface Together {
  readonly error: string | null;
  readonly status: string | null;
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly weights: Readonly<Record<string, readonly number[]>>;
  readonly messages: readonly string[];
  /** What the model held at each batch of validation. */
  readonly validated: readonly (readonly number[])[];
}

/** Regression that also validates. */
export class Validated extends Regression {
  override validationStep({ points, targets }: PointBatch): void {
    this.log('val_loss', tf.mean<tf.Scalar>(tf.squaredDifference(this.forward(points), targets)));
    this.log('val_samples', tf.scalar(points.shape[0]), { reduce: 'sum' });
  }
}

/** The same with random numbers in its forward pass. */
class Noisy extends Validated {
  override forward(points: tf.Tensor2D): tf.Tensor2D {
    return super.forward(tf.dropout(tf.add(points, tf.randomNormal(points.shape)), 0.2) as tf.Tensor2D);
  }
}

const noise: PluginHooks = {
  onBeforeOptimizerStep: (gradients) =>
    new Map([...gradients].map(([name, g]) => [name, tf.add(g, tf.randomNormal(g.shape, 0, 0.01))])),
};

/** The same with a queue: the newest points of the rank. */
class Queued extends Validated {
  readonly queue: nn.Buffer<tf.Rank.R2>;

  constructor(ranks: nn.RankRule) {
    super();
    this.queue = nn.buffer(tf.zeros<tf.Rank.R2>([6, 3]), { ranks });
  }

  override trainingStep(batch: PointBatch): tf.Scalar {
    const past = tf.mean<tf.Scalar>(tf.abs(this.queue));
    const loss = super.trainingStep(batch);
    this.queue.assign(tf.slice2d(tf.concat([batch.points, this.queue]), [0, 0], [6, 3]));
    return tf.mul(loss, tf.add(past, 1));
  }
}

function moduleOf({ queue, noisy }: TogetherSetup): Validated {
  if (queue !== undefined) return new Queued(queue);
  return noisy === true ? new Noisy() : new Validated();
}

export async function trainTogether(ranks: Ranks, setup: TogetherSetup = {}): Promise<Together> {
  seedEverything(setup.seed ?? 0);
  const module = setup.module?.() ?? moduleOf(setup);
  const model = modelAccess(module);
  const statistics = setup.syncBn === false ? localBatchStatistics : new SyncBatchNorm(ranks);
  const messages: string[] = [];
  const notify = (level: string, text: string): void => void messages.push(`${level}: ${text}`);
  const strategy: Strategy & PluginHooks =
    setup.strategy === 'local-sgd'
      ? new LocalSgd({ everyNSteps: 2 }, ranks, model, notify)
      : new DataParallel({ bucketMiB: 0.0001 }, ranks, statistics, model, notify);
  const own = setup.hooks?.(() => trainer) ?? {};
  const validated: number[][] = [];
  const watcher: PluginHooks = {
    onValidationBatchEnd: () => {
      validated.push([...module.stateDict().values()].flatMap(({ data }) => Array.from(data, Number)));
    },
  };
  const events = new EventBus();
  events.on('message', notify);
  const averaging = setup.averaging === true ? averagingOf(model, notify) : null;
  const trainer: Trainer = new Trainer(setup.options ?? { maxEpochs: 2 }, {
    plugins: [
      plugin('strategy', strategy, 'strategy'),
      ...(averaging === null ? [] : [plugin('averaging', averaging)]),
      plugin('own', own),
      plugin('noise', setup.noisy === true ? noise : {}),
      plugin('watcher', watcher),
    ],
    events,
    strategy,
    settings,
    batchStatistics: statistics,
    ...(averaging !== null && { weights: new WeightSwitch(averaging) }),
  });
  const data = new SharedPoints(ranks, { batches: 4, batchSize: 8, ...setup.data });
  const { heldOut } = setup;
  const validation =
    heldOut !== undefined
      ? new DealtPoints(ranks, heldOut)
      : setup.validation === undefined
        ? undefined
        : new SharedPoints(ranks, setup.validation);
  const resumeFrom = setup.resume === undefined ? undefined : { state: setup.resume, path: 'last' };
  const outcome = await trainer
    .fit(module, data, { resumeFrom, validation })
    .catch((error: unknown) => error as Error);
  const weights = Object.fromEntries(
    [...module.stateDict()].map(([name, { data }]) => [name, Array.from(data, Number)]),
  );
  model.dispose();
  module.dispose();
  if (outcome instanceof Error) {
    return { error: outcome.message, status: null, step: -1, metrics: {}, weights, messages, validated };
  }
  const { status, progress, metrics } = outcome;
  return { error: null, status, step: progress.globalStep, metrics, weights, messages, validated };
}

function averagingOf(model: ModelAccess, notify: Notify): WeightAveraging {
  const rule = { startStep: 1, startEpoch: 0, useBuffers: true, save: false } as const;
  const folder = {
    ...{ path: '', experiment: '', version: '' },
    resolve: (...parts: string[]) => parts.join('/'),
    claim: (name: string) => name,
  };
  return new WeightAveraging({ kind: 'ema', decay: 0.5, everyNSteps: 1, ...rule }, model, folder, notify);
}
