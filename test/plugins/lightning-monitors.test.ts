import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { Checkpointing, checkpointing } from '../../plugins/checkpointing';
import type { CheckpointingOptions } from '../../plugins/checkpointing';
import { EarlyStopping, earlyStopping } from '../../plugins/early-stopping';
import type { EarlyStoppingOptions } from '../../plugins/early-stopping';
import { soloRanks } from '../../src';
import type { HookContext, Measuring, PlannedMetric, PluginHooks, RunState } from '../../src';
import { start } from '../../src/engine';
import * as nn from '../../src/nn';
import { TrainingModule } from '../../src/trainer';
import type { BuiltPlugin, Trainer } from '../../src/trainer';
import { fit, messageOf, plugin, settings } from '../trainer/fakes/fit';
import { Momentum } from '../trainer/fakes/momentum';
import { Points } from '../trainer/fakes/points';
import type { PointBatch } from '../trainer/fakes/points';
import { Notes, TemporaryRunFolder } from './fakes/run';

/** As JSON has it, which knows neither NaN nor infinities. */
type Value = number | 'NaN' | 'Infinity' | '-Infinity';
type Place = readonly [epoch: number, step: number];
type Look = readonly [epoch: number, step: number, value: Value];

interface Metric {
  readonly at: 'validation' | 'step' | 'epoch_end';
  readonly on_step?: boolean;
  readonly on_epoch?: boolean;
  /** By updates done, by number of the batch, by epoch. */
  readonly values: Readonly<Record<string, Value>>;
}

interface Recorded {
  readonly validations: readonly Place[];
  readonly looks: readonly (readonly Look[])[];
  /** Where each early stopping wished to end, and why, in Lightning's numbers. */
  readonly stops: readonly (readonly (readonly [epoch: number, step: number, reason: number])[])[];
  readonly error: string | null;
  readonly epochs: number;
  readonly step: number;
  readonly checkpoints?: Saved;
}

interface Saved {
  readonly kept: readonly Place[];
  readonly scores: readonly (readonly [step: number, score: Value])[];
  readonly best: Place | null;
  readonly last: Place | null;
}

interface Scenario {
  readonly name: string;
  readonly trainer: Readonly<Record<string, number>>;
  readonly log: Readonly<Record<string, Metric>>;
  readonly early_stopping?: readonly Readonly<Record<string, unknown>>[];
  readonly checkpoint?: Readonly<Record<string, unknown>>;
  readonly phases?: readonly { crash_at_batch?: number; trainer?: Readonly<Record<string, number>> }[];
  /** Epochs between two measurements that a plugin of Fulgur announces, by metric. */
  readonly announced?: Readonly<Record<string, number>>;
  readonly lightning: Recorded;
  /** Why Fulgur differs, and what it does instead. */
  readonly differs?: string;
  readonly fulgur?: Partial<Outcome>;
}

/** What a fit of Fulgur did, in the words of the recording. */
interface Outcome {
  readonly validations: readonly Place[];
  readonly looks: readonly (readonly Look[])[];
  readonly stops: readonly (readonly Place[])[];
  readonly error: boolean;
  readonly epochs: number;
  readonly step: number;
  readonly kept: readonly Place[];
  readonly scores: Saved['scores'];
  readonly best: Place | null;
  readonly last: Place | null;
}

/** Recorded by bench/lightning-scenarios/record.py. */
const { scenarios } = JSON.parse(
  readFileSync(join(__dirname, 'data', 'lightning-monitors.json'), 'utf8'),
) as { scenarios: readonly Scenario[] };

const batches = 4;

class Scripted extends TrainingModule<PointBatch> implements Measuring {
  readonly layer = new nn.Linear(3, 1);

  constructor(
    private readonly script: Scenario['log'],
    private readonly crashAt: number | undefined,
    private readonly validations: Place[],
  ) {
    super();
  }

  forward(points: tf.Tensor2D): tf.Tensor2D {
    return this.layer.forward(points);
  }

  /** As a plugin such as knnEval() announces what it measures. */
  measures(): readonly PlannedMetric[] {
    return Object.entries(this.script).flatMap(([metric, { at, values }]) =>
      at === 'epoch_end' ? [{ metric, everyNEpochs: 1 + Number(Object.keys(values)[0]) }] : [],
    );
  }

  override trainingStep({ points }: PointBatch): tf.Scalar {
    return tf.mean<tf.Scalar>(tf.square(this.forward(points)));
  }

  override validationStep(): void {}

  override configureOptimizers() {
    return new Momentum(this.parameters());
  }

  override onTrainBatchStart({ progress }: HookContext): void {
    if (progress.epoch * batches + progress.batchIndex === this.crashAt) throw new Error('crash');
  }

  override onTrainBatchEnd({ progress }: HookContext): void {
    this.say('step', progress.epoch * batches + progress.batchIndex);
  }

  override onValidationEpochEnd({ progress, stage }: HookContext): void {
    this.say('validation', progress.globalStep);
    if (stage === 'fit') this.validations.push([progress.epoch, progress.globalStep]);
  }

  override onTrainEpochEnd({ progress }: HookContext): void {
    this.say('epoch_end', progress.epoch);
  }

  private say(at: Metric['at'], key: number): void {
    for (const [name, metric] of Object.entries(this.script)) {
      const value = metric.at === at ? metric.values[key] : undefined;
      if (value === undefined) continue;
      if (at !== 'step') this.log(name, Number(value));
      else this.log(name, Number(value), { onStep: metric.on_step, onEpoch: metric.on_epoch } as object);
    }
  }
}

function camelCase(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

function stoppingOptions(options: Readonly<Record<string, unknown>>): EarlyStoppingOptions {
  const wanted = camelCase(options);
  delete wanted['checkOnTrainEpochEnd'];
  return wanted as unknown as EarlyStoppingOptions;
}

function savingOptions(options: Readonly<Record<string, unknown>>): CheckpointingOptions {
  const {
    saveTopK,
    everyNTrainSteps = null,
    everyNEpochs = 1,
    saveOnTrainEpochEnd,
    ...rest
  } = camelCase(options);
  return {
    ...rest,
    everyNSteps: everyNTrainSteps,
    everyNEpochs: everyNTrainSteps === null ? everyNEpochs : null,
    afterValidation: everyNTrainSteps === null && saveOnTrainEpochEnd !== true,
    saveOnTrainEnd: false,
    saveOnException: false,
    ...(saveTopK === -1 ? { keepLast: 'all' } : { keepLast: 1, saveTopK }),
  } as CheckpointingOptions;
}

function announcements({ announced = {} }: Scenario): PlannedMetric[] {
  return Object.entries(announced).map(([metric, everyNEpochs]) => ({ metric, everyNEpochs }));
}

/** Notes where an early stopping judges a value, and where it wishes to end. */
function watched(stopping: EarlyStopping, looks: Look[], stops: Place[]): PluginHooks {
  const hooks: PluginHooks = stopping;
  const noting = (context: HookContext): HookContext => {
    const { epoch, globalStep } = context.progress;
    let given = false;
    return Object.assign(Object.create(context) as HookContext, {
      measured: (name: string, since?: number) => {
        const measurement = context.measured(name, since);
        if (since !== undefined && measurement !== undefined && !given) {
          given = true;
          looks.push([epoch, globalStep, written(measurement.value)]);
        }
        return measurement;
      },
      stop: (reason: string) => {
        stops.push([epoch, globalStep]);
        context.stop(reason);
      },
    });
  };
  return {
    onFitStart: (context) => hooks.onFitStart?.(context),
    onValidationEnd: (context) => hooks.onValidationEnd?.(noting(context)),
    onTrainEpochEnd: (context) => hooks.onTrainEpochEnd?.(noting(context)),
    pluginState: () => stopping.pluginState(),
    restorePluginState: (state) => stopping.restorePluginState(state),
  };
}

function written(value: number): Value {
  return Number.isFinite(value) ? Math.fround(value) : (String(value) as Value);
}

async function play(scenario: Scenario): Promise<Outcome> {
  const folder = new TemporaryRunFolder();
  const watchers = scenario.early_stopping ?? [];
  const validations: Place[] = [];
  const looks = watchers.map((): Look[] => []);
  const stops = watchers.map((): Place[] => []);
  const outcome = { error: false, epochs: 0, step: 0 };
  try {
    for (const [index, phase] of (scenario.phases ?? [{}]).entries()) {
      const saver = (trainer: () => Trainer): Checkpointing =>
        new Checkpointing(
          checkpointing(savingOptions(scenario.checkpoint ?? {})).options as never,
          folder,
          { ...settings, enableCheckpointing: scenario.checkpoint !== undefined },
          { capture: () => trainer().runState.capture() },
          new Notes().notify,
          soloRanks,
        );
      const plugins = (trainer: () => Trainer): BuiltPlugin[] => [
        plugin('checkpointing', saver(trainer), 'last'),
        plugin('announcing', { measures: () => announcements(scenario) }),
        ...watchers.map((options, i) => {
          const stopping = new EarlyStopping(earlyStopping(stoppingOptions(options)).options as never);
          return plugin(`stopping-${i}`, watched(stopping, looks[i] ?? [], stops[i] ?? []), 'monitor');
        }),
      ];
      const reader = saver(() => {
        throw new Error('only reads');
      });
      const resume: RunState | null = index === 0 ? null : (await reader.read('last')).state;
      const fitted = await fit({
        options: {
          numSanityValSteps: 0,
          ...camelCase({ ...scenario.trainer, ...phase.trainer }),
        },
        module: new Scripted(scenario.log, phase.crash_at_batch, validations),
        data: new Points({ batches, batchSize: 1 }),
        validation: new Points({ batches: 2, batchSize: 1 }),
        plugins,
        ...(resume === null ? {} : { resume }),
      });
      if (fitted.result === null) {
        const message = messageOf(fitted.error);
        if (phase.crash_at_batch !== undefined && message.includes('crash')) continue;
        if (!message.includes('which was not logged')) throw fitted.error;
        outcome.error = true;
      } else {
        outcome.epochs = fitted.result.progress.epoch + 1;
        outcome.step = fitted.result.progress.globalStep;
      }
    }
    return { validations, looks, stops, ...outcome, ...savedIn(folder, scenario) };
  } finally {
    folder.remove();
  }
}

function savedIn(folder: TemporaryRunFolder, { checkpoint }: Scenario): Pick<Outcome, keyof Saved> {
  if (checkpoint === undefined) return { kept: [], scores: [], best: null, last: null };
  const path = (...parts: string[]): string => folder.resolve('checkpoints', ...parts);
  const kept = readdirSync(path()).filter((name) => name.startsWith('epoch='));
  const placeOf = (name: string): Place => name.match(/\d+/g)?.map(Number) as unknown as Place;
  const pointed = (name: string): Place | null =>
    readdirSync(path()).includes(name) ? placeOf(readFileSync(path(name), 'utf8')) : null;
  const scores = kept.flatMap((name): [number, Value][] => {
    const { monitor } = JSON.parse(readFileSync(path(name, 'manifest.json'), 'utf8')) as {
      readonly monitor: { readonly value: Value } | null;
    };
    return monitor === null ? [] : [[placeOf(name)[1], written(Number(monitor.value))]];
  });
  const byStep = (a: Place, b: Place): number => a[1] - b[1];
  return {
    kept: kept.map(placeOf).sort(byStep),
    scores: scores.sort(([a], [b]) => a - b),
    best: pointed('best'),
    last: pointed('last'),
  };
}

/** What Fulgur is to do: as Lightning, except where the scenario says why not. */
function expected({ lightning, fulgur }: Scenario): Outcome {
  const { looks, stops, error, epochs, step, checkpoints } = lightning;
  const { kept = [], scores = [], best = null, last = null } = checkpoints ?? {};
  const wanted: Outcome = {
    ...{ validations: lightning.validations, looks, error: error !== null },
    stops: stops.map((places) => places.map(([epoch, at]): Place => [epoch, at])),
    ...(error === null ? { epochs, step } : { epochs: 0, step: 0 }),
    ...{ kept, scores, best, last },
    ...fulgur,
  };
  return {
    ...wanted,
    looks: wanted.looks.map((some) => some.map(([epoch, at, value]) => [epoch, at, written(Number(value))])),
    scores: wanted.scores.map(([at, score]) => [at, written(Number(score))]),
  };
}

beforeAll(async () => {
  await start();
});

describe('early stopping and checkpointing compared with Lightning 2.6.6', () => {
  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_, scenario) => {
    expect(await play(scenario)).toEqual(expected(scenario));
  });

  it('state the reason for every difference', () => {
    const unexplained = scenarios.filter(
      ({ differs, fulgur }) => (differs === undefined) !== (fulgur === undefined),
    );
    expect(unexplained).toEqual([]);
  });
});
