import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPlugins, checkPlugins } from '../container';
import type { Services } from '../container';
import type {
  AnyPlugin,
  FitProgress,
  HookContext,
  Hooks,
  MetricRow,
  RunEventBus,
  RunEvents,
  RunFolder,
  RunSettings,
  RunState,
} from '../contracts';
import { isInterruption } from '../errors';
import { hookNames } from '../metadata';
import { SingleDevice } from '../strategy';
import { EventBus, Trainer } from '../trainer';
import type { BuiltPlugin, FitResult } from '../trainer';
import { Understudy, playedBatches, playedOptimizer, playedSteps } from './played-fit';
import type { RehearsalScript } from './played-fit';
import { standIns } from './stand-ins';

/** Options of a rehearsal; all have defaults. */
export interface RehearsalOptions extends Partial<RehearsalScript> {
  readonly settings?: Partial<RunSettings>;
  /** Services that replace the stand-ins. */
  readonly services?: Services;
  /** The state of another rehearsal from which this one resumes. */
  readonly resumeFrom?: RunState | null;
  /** Called after each batch; returning a reason interrupts the fit there, as Ctrl-C does. */
  readonly interruptAfter?: (batch: { epoch: number; batchIndex: number }) => string | null;
}

/** The result of a rehearsal. */
export interface Rehearsal {
  /** `null` if it failed. */
  readonly result: FitResult | null;
  /** The error with which it failed. */
  readonly error: unknown;
  /** The hooks of each plugin that were called, in order: `bell onTrainEnd`. */
  readonly calls: readonly string[];
  /** Sentences for the user: `warning: ...`. */
  readonly messages: readonly string[];
  /** The rows of metrics that loggers receive. */
  readonly rows: readonly MetricRow[];
  /** The state at the end, or where it was interrupted; `null` if it failed. */
  readonly state: RunState | null;
  /** The run folder, in the system's temporary folder. */
  readonly folder: string;
  /** Removes the folder. */
  dispose(): void;
}

/**
 * Simulates a fit for plugins, without a model, data or TensorFlow: every host hook is called in the order and with the
 * context of a real fit, `log`, `stop`, state and events work, and a plugin's constructor gets its services from a
 * container. Step hooks are not called: they are traced with tensors, so test them in a fit of a small module.
 *
 * @example
 * const { calls, messages } = await rehearse([bell()], { options: { maxEpochs: 2 }, batchesPerEpoch: 3 });
 * @throws CompositionError when the plugins are incompatible; later failures are in `error`.
 */
export async function rehearse(
  plugins: readonly AnyPlugin[],
  options: RehearsalOptions = {},
): Promise<Rehearsal> {
  const { settings, services = {}, resumeFrom = null, interruptAfter, ...given } = options;
  const path = mkdtempSync(join(tmpdir(), 'fulgur-rehearsal-'));
  const folder: RunFolder = {
    ...{ path, experiment: 'rehearsal', version: 'version_0' },
    resolve: (...parts) => join(path, ...parts),
  };
  const recorded: Recorded = { messages: [], rows: [], calls: [] };
  const events = recordingEvents(recorded);
  const completeSettings = settingsOf(settings);
  const script = { ...defaults, ...given };
  // What plugins receive before the trainer exists.
  const current: { trainer?: Trainer; context?: HookContext; state: RunState | null } = { state: null };
  const capture = (): Promise<RunState> => (current.trainer ?? missing()).runState.capture();
  const progress = (): FitProgress => (current.context ?? missing()).progress;
  const stand = standIns({ events, folder, settings: completeSettings, capture });
  const checked = checkPlugins(completeSettings.experiment, plugins);
  const built = buildPlugins(checked, { ...stand, ...services }).plugins;
  const save = async (): Promise<void> => {
    current.state = await capture();
  };
  const stagehand: BuiltPlugin = {
    ...{ name: 'rehearsal', order: 'last' },
    hooks: {
      setup: (context) => {
        current.context = context;
      },
      onTrainEnd: save,
      onException: (_, error) => (isInterruption(error) ? save() : undefined),
    },
  };
  if (interruptAfter !== undefined) {
    events.on('batchEnded', ({ epoch, batchIndex }) => {
      const reason = interruptAfter({ epoch, batchIndex });
      if (reason !== null) current.trainer?.interrupt(reason);
    });
  }
  let result: FitResult | null = null;
  let error: unknown = null;
  try {
    current.trainer = new Trainer(script.options, {
      plugins: [...built.map((plugin) => recording(plugin, recorded.calls)), stagehand],
      events,
      strategy: new SingleDevice(),
      settings: completeSettings,
      place: { folder: '', data: { name: 'rehearsal', samples: 0, batchSize: 1 } },
      steps: playedSteps(script, progress),
    });
    result = await current.trainer.fit(
      new Understudy(),
      playedBatches(script.batchesPerEpoch, script.batch),
      {
        resumeFrom: resumeFrom === null ? undefined : { state: playable(resumeFrom), path: null },
        validation:
          script.validationBatches === 0 ? undefined : playedBatches(script.validationBatches, script.batch),
      },
    );
  } catch (caught) {
    error = caught;
  }
  return {
    ...{ result, error, state: current.state, ...recorded, folder: path },
    dispose: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** A state that may belong to another model. */
function playable(state: RunState): RunState {
  const optimizer = playedOptimizer();
  optimizer.restore({ ...optimizer.state(), stepCount: state.progress.globalStep });
  return { ...state, optimizers: [optimizer.state()] };
}

interface Recorded {
  readonly messages: string[];
  readonly rows: MetricRow[];
  readonly calls: string[];
}

const defaults: RehearsalScript = {
  options: { maxEpochs: 1 },
  batchesPerEpoch: 2,
  validationBatches: 0,
  batch: () => ({ played: true }),
  loss: ({ globalStep }) => 1 / (1 + globalStep),
  stepSeconds: () => 0,
  metrics: () => ({}),
  validationMetrics: () => ({}),
};

function settingsOf(settings: Partial<RunSettings> = {}): RunSettings {
  return {
    ...{ experiment: 'rehearsal', seed: 0, hyperparameters: {}, config: {}, resume: null },
    ...{ enableProgressBar: true, enableCheckpointing: true, logEveryNSteps: 1 },
    ...settings,
  };
}

function recordingEvents({ messages, rows }: Recorded): RunEventBus {
  const events = new EventBus();
  events.on('message', (...[level, text]: RunEvents['message']) => messages.push(`${level}: ${text}`));
  events.on('metricsLogged', (row) => rows.push(row));
  return events;
}

/** Wraps the plugin so that each call of a hook is recorded. */
function recording(plugin: BuiltPlugin, calls: string[]): BuiltPlugin {
  const hooks = new Proxy(plugin.hooks, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function' || typeof key !== 'string') return member;
      return (...args: unknown[]): unknown => {
        if (isHook(key)) calls.push(`${plugin.name} ${key}`);
        return Reflect.apply(member, target, args);
      };
    },
  });
  return { ...plugin, hooks };
}

function isHook(name: string): name is keyof Hooks {
  return hookNames.includes(name);
}

function missing(): never {
  throw new Error('a plugin asked for the run before the rehearsal started');
}
