import * as tf from '@tensorflow/tfjs-core';
import { Plugin, definePlugin, inject, rehearse, start, tokens } from '../../src';
import type { HookContext, Json, PluginHooks, RunState, TrainerInput } from '../../src';
import { hookTable } from '../../src/contracts';
import * as nn from '../../src/nn';
import { SingleDevice } from '../../src/strategy';
import { EventBus, Trainer, TrainingModule } from '../../src/trainer';
import type { FitResult } from '../../src/trainer';
import { messageOf, plugin, settings } from '../trainer/fakes/fit';
import { Momentum } from '../trainer/fakes/momentum';
import { Points } from '../trainer/fakes/points';
import type { PointBatch } from '../trainer/fakes/points';

const LEVEL = 0.5;

/** Logs what a rehearsal can play. */
class Level extends TrainingModule<PointBatch> {
  readonly layer = new nn.Linear(3, 2);

  forward(points: tf.Tensor2D): tf.Tensor2D {
    return this.layer.forward(points);
  }

  override trainingStep({ points, targets }: PointBatch): tf.Scalar {
    this.log('train_level', tf.scalar(LEVEL), { progBar: true });
    return tf.losses.meanSquaredError(targets, this.forward(points));
  }

  override validationStep(): void {
    this.log('val_level', tf.scalar(LEVEL), { progBar: true });
  }

  override configureOptimizers(): Momentum {
    return new Momentum(this.parameters());
  }
}

interface Watch {
  /** Updates after which it wishes to stop. */
  readonly stopAt: readonly number[];
  readonly seen: Json[];
}

/** Has every host hook, and notes what each was given. */
@Plugin({ name: 'witness' })
class Witness implements PluginHooks {
  calls = 0;

  constructor(@inject(tokens.pluginOptions) { stopAt, seen }: Watch) {
    const hosts = Object.entries(hookTable).filter(([, { kind }]) => kind !== 'step');
    for (const [hook] of hosts) {
      Reflect.set(this, hook, (context: HookContext, ...given: unknown[]) => {
        this.calls += 1;
        seen.push({ hook, ...viewOf(context), given: given.map(comparable) });
        if (hook === 'onTrainBatchEnd' && stopAt.includes(context.progress.globalStep)) {
          context.stop(`update ${context.progress.globalStep}`);
        }
        if (hook === 'onTrainBatchEnd') context.log('seen', this.calls);
      });
    }
  }

  pluginState(): Json {
    return this.calls;
  }

  restorePluginState(state: Json): void {
    this.calls = Number(state);
  }
}

function viewOf({ stage, progress, metrics, measured, isDue }: HookContext): Record<string, Json> {
  const names = ['train_level', 'val_level', 'seen'];
  return {
    stage,
    progress: { ...progress },
    metrics: { ...metrics },
    measured: names.map((name) => ({ ...(measured(name) ?? null) })),
    due: names.map(isDue),
  };
}

/** What both have of a hook's second argument: results without times and losses, states without weights, messages. */
function comparable(given: unknown): Json {
  if (given instanceof Error) return given.message;
  if (typeof given !== 'object' || given === null) return String(given);
  if ('progress' in given) {
    const { progress, plugins, metrics, seed, stop = null } = given as RunState;
    return { progress: { ...progress }, plugins, metrics, seed, stop: stop && { ...stop } };
  }
  const {
    updated = null,
    batchSize = null,
    batchIndex = null,
    batches = null,
  } = given as Record<string, Json>;
  return { updated, batchSize, batchIndex, batches };
}

interface Plan {
  readonly options: TrainerInput;
  readonly validationBatches?: number;
  readonly stopAt?: readonly number[];
  readonly interruptAt?: { readonly epoch: number; readonly batchIndex: number };
}

interface Played {
  readonly seen: Json[];
  readonly result: Omit<FitResult, 'metrics'> | null;
  readonly messages: readonly string[];
  readonly state: RunState | null;
}

const BATCHES = 5;
const run = { ...settings, logEveryNSteps: 2, hyperparameters: {} };

async function rehearsed(plan: Plan, resumeFrom: RunState | null): Promise<Played> {
  const seen: Json[] = [];
  const { options, validationBatches = 0, stopAt = [], interruptAt } = plan;
  const { result, error, messages, state, dispose } = await rehearse(
    [definePlugin(Witness, { stopAt, seen })],
    {
      ...{ options, validationBatches, resumeFrom, settings: run, batchesPerEpoch: BATCHES },
      metrics: () => ({ train_level: LEVEL }),
      validationMetrics: () => ({ val_level: LEVEL }),
      interruptAfter: (batch) => (isSame(batch, interruptAt) ? 'Ctrl-C' : null),
    },
  );
  dispose();
  expect(error).toBeNull();
  return { seen, result, messages, state };
}

async function trained(plan: Plan, resumeFrom: RunState | null): Promise<Played> {
  const seen: Json[] = [];
  const messages: string[] = [];
  const { options, validationBatches = 0, stopAt = [], interruptAt } = plan;
  const ended: { state: RunState | null } = { state: null };
  const save = async (): Promise<void> => {
    ended.state = await trainer.runState.capture();
  };
  const events = new EventBus();
  events.on('message', (level, text) => messages.push(`${level}: ${text}`));
  events.on('batchEnded', (batch) => {
    if (isSame(batch, interruptAt)) trainer.interrupt('Ctrl-C');
  });
  const keeper = { onTrainEnd: save, onException: save };
  const trainer = new Trainer(options, {
    plugins: [plugin('witness', new Witness({ stopAt, seen })), plugin('keeper', keeper, 'last')],
    ...{ events, strategy: new SingleDevice(), settings: run },
  });
  const points = { batchSize: 1 };
  const result = await trainer.fit(new Level(), new Points({ ...points, batches: BATCHES }), {
    validation: validationBatches === 0 ? undefined : new Points({ ...points, batches: validationBatches }),
    resumeFrom: resumeFrom === null ? undefined : { state: resumeFrom, path: 'checkpoints/last' },
  });
  return {
    seen,
    result,
    messages: messages.filter((text) => !text.includes('Resumed from')),
    state: ended.state,
  };
}

function isSame(
  { epoch, batchIndex }: { readonly epoch: number; readonly batchIndex: number },
  wanted: Plan['interruptAt'],
): boolean {
  return epoch === wanted?.epoch && batchIndex === wanted.batchIndex;
}

beforeAll(() => start());

const plans: readonly [name: string, plan: Plan][] = [
  ['of two epochs', { options: { maxEpochs: 2 } }],
  ['of some steps', { options: { maxSteps: 7 } }],
  ['with validation', { options: { maxEpochs: 2 }, validationBatches: 3 }],
  [
    'with validation of some epochs',
    { options: { maxEpochs: 4, checkValEveryNEpoch: 2 }, validationBatches: 3 },
  ],
  [
    'with validation between batches',
    {
      options: { maxEpochs: 2, valCheckInterval: 2, numSanityValSteps: 0, limitValBatches: 2 },
      validationBatches: 3,
    },
  ],
  ['that a plugin stops', { options: { maxEpochs: 3 }, stopAt: [7], validationBatches: 1 }],
  ['with minEpochs', { options: { maxEpochs: 4, minEpochs: 2 }, stopAt: [2, 7, 11] }],
  ['with minSteps', { options: { maxEpochs: 4, minSteps: 9 }, stopAt: [2, 8, 9] }],
  ['with accumulation', { options: { maxEpochs: 2, accumulateGradBatches: 2 }, validationBatches: 2 }],
  ['with a schedule of accumulation', { options: { maxEpochs: 3, accumulateGradBatches: { 1: 3 } } }],
  ['of one batch', { options: { maxEpochs: 2, fastDevRun: true }, validationBatches: 3 }],
  ['of limited batches', { options: { maxEpochs: 2, limitTrainBatches: 0.5, overfitBatches: 2 } }],
];

describe('a rehearsal calls the hooks of a fit, in their order and with their contexts', () => {
  it.each(plans)('in a fit %s', async (_, plan) => {
    await requireSame(plan, null, null);
  });

  it.each<[string, Plan]>([
    ['in an epoch', { options: { maxEpochs: 3 }, interruptAt: { epoch: 1, batchIndex: 2 } }],
    [
      'at an epoch end',
      { options: { maxEpochs: 3 }, validationBatches: 2, interruptAt: { epoch: 0, batchIndex: 4 } },
    ],
    [
      'in the middle of an update',
      { options: { maxEpochs: 2, accumulateGradBatches: 3 }, interruptAt: { epoch: 0, batchIndex: 0 } },
    ],
    [
      'before a validation',
      {
        options: { maxEpochs: 2, valCheckInterval: 2 },
        validationBatches: 1,
        interruptAt: { epoch: 1, batchIndex: 1 },
      },
    ],
  ])('in a fit that is interrupted %s, and one that resumes from there', async (_, plan) => {
    const [played, real] = await requireSame(plan, null, null);
    expect(played.result?.status).toBe('interrupted');
    await requireSame({ ...plan, interruptAt: { epoch: -1, batchIndex: 0 } }, played.state, real.state);
  });

  it('in a fit that resumes from where a plugin stopped it', async () => {
    const plan = { options: { maxEpochs: 3 }, stopAt: [6] };
    const [played, real] = await requireSame(plan, null, null);
    const [again] = await requireSame(plan, played.state, real.state);
    expect(again.result?.status).toBe('stopped');
    await requireSame({ ...plan, options: { maxEpochs: 3, minSteps: 8 } }, played.state, real.state);
  });

  it('and rejects what a fit rejects', async () => {
    const { state, dispose } = await rehearse([], { options: { maxEpochs: 1 } });
    dispose();
    const other = { settings: { seed: 1 }, resumeFrom: state };
    const refused = await rehearse([], { ...other, options: { maxEpochs: 2 } });
    expect(messageOf(refused.error)).toBe(
      'The checkpoint was trained with seed 0, but this run has seed 1. ' +
        'Its batches and views would not continue where they stopped. Set the seed to 0.',
    );
    refused.dispose();
    const spoiled = await rehearse([], { loss: () => NaN });
    expect(messageOf(spoiled.error)).toContain('The loss became NaN in step 0 (epoch 0, batch 0).');
    spoiled.dispose();
    const unfit = await rehearse([], { options: { maxEpochs: -1 } });
    expect(messageOf(unfit.error)).toBe(
      'The options of the trainer are invalid:\n  trainer.maxEpochs: must be above 0.\n' +
        'Correct the options given to `new Trainer`.',
    );
    unfit.dispose();
  });
});

async function requireSame(
  plan: Plan,
  from: RunState | null,
  realFrom: RunState | null,
): Promise<[played: Played, real: Played]> {
  const played = await rehearsed(plan, from);
  const real = await trained(plan, realFrom);
  expect(played.seen.length).toBeGreaterThan(5);
  expect(played.seen).toEqual(real.seen);
  expect(played.result).toEqual(real.result);
  expect(played.messages).toEqual(real.messages);
  return [played, real];
}
