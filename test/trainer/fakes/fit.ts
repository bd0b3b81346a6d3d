import type {
  BatchSource,
  MetricRow,
  PluginHooks,
  RunEvents,
  RunSettings,
  RunState,
  StateDict,
  TrainerInput,
} from '../../../src/contracts';
import { seedEverything } from '../../../src/engine';
import { SingleDevice } from '../../../src/strategy';
import { EventBus, Trainer, WeightSwitch } from '../../../src/trainer';
import type { BuiltPlugin, FitResult, TrainingModule } from '../../../src/trainer';
import type { PointBatch } from './points';
import { Points } from './points';
import { Regression } from './regression';

export const settings: RunSettings = {
  experiment: 'regression',
  seed: 0,
  hyperparameters: { lr: 0.1 },
  config: null,
  enableProgressBar: true,
  enableCheckpointing: true,
  logEveryNSteps: 2,
  resume: null,
};

export type RecordedEvent = {
  [K in keyof RunEvents]: readonly [event: K, ...args: RunEvents[K]];
}[keyof RunEvents];

const eventNames: readonly (keyof RunEvents)[] = [
  'runStarted',
  'epochStarted',
  'batchEnded',
  'epochEnded',
  'evaluationStarted',
  'evaluationBatchEnded',
  'evaluationEnded',
  'metricsLogged',
  'checkpointSaved',
  'message',
  'runEnded',
];

/** A bus that remembers what went over it. */
export function recordingBus(): { bus: EventBus; recorded: RecordedEvent[] } {
  const bus = new EventBus();
  const recorded: RecordedEvent[] = [];
  for (const name of eventNames)
    bus.on(name, (...args) => recorded.push([name, ...args] as unknown as RecordedEvent));
  return { bus, recorded };
}

export function plugin(
  name: string,
  hooks: PluginHooks,
  order: BuiltPlugin['order'] = 'normal',
): BuiltPlugin {
  return { name, order, hooks };
}

export interface FitSetup {
  readonly options?: TrainerInput;
  readonly plugins?: readonly BuiltPlugin[] | ((trainer: () => Trainer) => readonly BuiltPlugin[]);
  readonly settings?: Partial<RunSettings>;
  readonly data?: BatchSource<PointBatch>;
  readonly module?: TrainingModule<PointBatch>;
  readonly validation?: BatchSource<PointBatch>;
  readonly weights?: WeightSwitch;
  readonly resume?: RunState;
  /** Receives every row of metrics at the moment that it is published. */
  readonly onRow?: (row: MetricRow) => void;
}

export interface Fitted {
  readonly result: FitResult | null;
  readonly error: unknown;
  readonly events: RecordedEvent[];
  readonly weights: StateDict;
  readonly module: TrainingModule<PointBatch>;
}

/** A model with the same first weights at every call. */
export function seededRegression(...args: ConstructorParameters<typeof Regression>): Regression {
  seedEverything(0);
  return new Regression(...args);
}

/** Builds a trainer around a model and data, and fits. */
export async function fit(setup: FitSetup = {}): Promise<Fitted> {
  const { bus, recorded } = recordingBus();
  if (setup.onRow !== undefined) bus.on('metricsLogged', setup.onRow);
  const module = setup.module ?? seededRegression();
  const trainer: Trainer = new Trainer(setup.options ?? { maxEpochs: 2 }, {
    plugins: typeof setup.plugins === 'function' ? setup.plugins(() => trainer) : (setup.plugins ?? []),
    events: bus,
    strategy: new SingleDevice(),
    settings: { ...settings, ...setup.settings },
    weights: setup.weights ?? new WeightSwitch(),
  });
  let result: FitResult | null = null;
  let error: unknown = null;
  try {
    const resumeFrom =
      setup.resume === undefined ? undefined : { state: setup.resume, path: 'checkpoints/last' };
    result = await trainer.fit(module, setup.data ?? new Points(), {
      resumeFrom,
      validation: setup.validation,
    });
  } catch (caught) {
    error = caught;
  }
  const weights = module.stateDict();
  return { result, error, events: recorded, weights, module };
}

/** The message of an error, and of no error an empty text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

/** The rows of metrics that were published. */
export function rowsOf(events: readonly RecordedEvent[]) {
  return events.flatMap((event) => (event[0] === 'metricsLogged' ? [event[1]] : []));
}

/** The sentences for the user. */
export function messagesOf(events: readonly RecordedEvent[]): readonly string[] {
  return events.flatMap((event) => (event[0] === 'message' ? [event[2]] : []));
}
