import type {
  BatchSource,
  FitProgress,
  LoggedValue,
  MetricRow,
  Notify,
  RunEventBus,
  RunSettings,
  RunState,
} from '../../contracts';
import { Module } from '../../nn';
import { SingleDevice } from '../../strategy';
import { EvaluationLoop } from '../evaluation/evaluation-loop';
import type { EvaluationStep } from '../evaluation/evaluation-step';
import { Validation } from '../evaluation/validation';
import { WeightSwitch } from '../evaluation/weight-switch';
import { inHookOrder } from '../hooks/participants';
import type { BuiltPlugin } from '../hooks/participants';
import { HostHookRunner } from '../hooks/host-hook-runner';
import { LogRouter } from '../log/log-router';
import { MetricSchedule } from '../log/metric-schedule';
import { MetricStore } from '../log/metric-store';
import { FitLoop } from '../loop/fit-loop';
import { planFit } from '../loop/fit-plan';
import { MetricPublisher } from '../loop/metric-publisher';
import { FitStopper } from '../loop/fit-stopper';
import { ProgressCounter } from '../loop/progress-counter';
import { RunControl } from '../loop/run-control';
import { outcomeOf } from '../run/fit-result';
import type { FitResult } from '../run/fit-result';
import { runToEnd } from '../run/run-to-end';
import { taskRunner } from '../run/tasks';
import { pluginStates, pluginTensors, restorePluginStates } from '../state/plugin-states';
import { planValidation } from '../evaluation/validation-plan';
import type { ValidationPlan } from '../evaluation/validation-plan';
import type { FitOptions } from '../trainer';

type Metrics = MetricRow['values'];

/** What is played in the place of training. */
export interface RehearsalScript {
  readonly options: FitOptions;
  readonly batchesPerEpoch: number;
  /** 0 for a fit without validation. */
  readonly validationBatches: number;
  /** The loss of a step, by where the fit stands before it. */
  readonly loss: (progress: FitProgress) => number;
  /** How long a step takes, in words only: nobody waits. */
  readonly stepSeconds: (progress: FitProgress) => number;
  /** What the step of a batch logs. */
  readonly metrics: (progress: FitProgress) => Metrics;
  /** What the batches of a validation log. */
  readonly validationMetrics: (progress: FitProgress) => Metrics;
}

export interface RehearsalParts {
  readonly script: RehearsalScript;
  readonly plugins: readonly BuiltPlugin[];
  readonly events: RunEventBus;
  readonly settings: RunSettings;
  readonly resumeFrom: RunState | null;
}

/** Stands in the place of a model. */
class Understudy extends Module {
  forward(): void {}
}

interface PlayedBatch {
  readonly played: true;
}

/** A fit of which only the steps are played: loops, hooks, metrics and events are the trainer's own. */
export class RehearsedFit {
  readonly #parts: RehearsalParts;
  readonly #control = new RunControl();
  readonly #log: LogRouter;
  readonly #progress: ProgressCounter;
  readonly #hooks: HostHookRunner;
  readonly #stopper: FitStopper;
  #stage: 'fit' | 'sanity-check' = 'fit';

  constructor(parts: RehearsalParts) {
    this.#parts = parts;
    const bounds = planFit(parts.script.options, parts.script.batchesPerEpoch);
    this.#progress = new ProgressCounter(bounds, parts.resumeFrom?.progress);
    const progress = this.#progress;
    this.#log = new LogRouter(new MetricStore(() => progress.moment));
    this.#stopper = new FitStopper(this.#control, progress, this.#notify);
    const participants = inHookOrder(parts.plugins, { name: 'Understudy', hooks: {} });
    const schedule = new MetricSchedule(participants, progress);
    const view = {
      stage: () => this.#stage,
      progress: () => progress.snapshot(),
      isDue: (metric: string) => schedule.isDue(metric, this.#validationPlan?.everyNEpochs ?? null),
      stop: (reason: string, by: string) => this.#stopper.stop(reason, by),
      task: taskRunner(this.#control, parts.events),
    };
    this.#hooks = new HostHookRunner(participants, view, this.#log, parts.events);
  }

  /** As a signal from outside. */
  interrupt(reason: string): void {
    this.#control.interrupt(reason);
  }

  async capture(): Promise<RunState> {
    const { plugins, settings } = this.#parts;
    const { stopWish } = this.#control;
    const state: RunState = {
      experiment: settings.experiment,
      weights: new Map(),
      optimizers: [],
      progress: this.#progress.resumePoint,
      seed: settings.seed,
      hyperparameters: settings.hyperparameters,
      plugins: pluginStates(plugins),
      pluginTensors: pluginTensors(plugins),
      metrics: this.#log.metrics.state(),
      ...(stopWish === null ? {} : { stop: stopWish }),
    };
    await this.#hooks.call('onSaveCheckpoint', [state]);
    return state;
  }

  async run(): Promise<FitResult> {
    const { events, settings } = this.#parts;
    const { experiment, seed, config } = settings;
    const data = { name: 'rehearsal', samples: 0, batchSize: 1, ranks: 1 };
    events.emit('runStarted', {
      ...{ experiment, seed, config, data },
      folder: '',
      device: 'none',
      resumedFrom: null,
    });
    try {
      await runToEnd({
        work: () => this.#play(),
        hooks: this.#hooks,
        control: this.#control,
        events,
        releases: [],
      });
    } catch (error) {
      events.emit('runEnded', 'failed', String(error));
      throw error;
    }
    const outcome = outcomeOf(this.#control);
    const isTold = outcome.status === 'stopped' && this.#stopper.hasToldWhy;
    events.emit('runEnded', outcome.status, isTold ? null : outcome.detail);
    return { ...outcome, progress: this.#progress.snapshot(), metrics: this.#log.metrics.newest() };
  }

  async #play(): Promise<void> {
    const { resumeFrom, plugins, settings } = this.#parts;
    await this.#hooks.call('setup', []);
    if (resumeFrom !== null) {
      await this.#hooks.call('onLoadCheckpoint', [resumeFrom]);
      restorePluginStates(plugins, resumeFrom, this.#notify, null);
      this.#log.metrics.restore(resumeFrom.metrics);
      this.#stopper.restore(resumeFrom, settings);
    }
    await this.#hooks.call('onFitStart', []);
    const { loop, validation } = this.#loops();
    if (resumeFrom === null) {
      this.#stage = 'sanity-check';
      await validation?.sanityCheck();
      this.#stage = 'fit';
    }
    await this.#hooks.call('onTrainStart', []);
    await loop.run();
    if (this.#control.isInterrupted()) return;
    await this.#hooks.call('onTrainEnd', []);
    await this.#hooks.call('onFitEnd', []);
  }

  #loops(): { loop: FitLoop<PlayedBatch>; validation: Validation | null } {
    const { script, events, settings } = this.#parts;
    const publisher = new MetricPublisher(this.#log.metrics, this.#progress, events, {
      everyNSteps: settings.logEveryNSteps,
      logs: true,
    });
    const shared = {
      events,
      hooks: this.#hooks,
      log: this.#log,
      progress: this.#progress,
      publisher,
    };
    const strategy = new SingleDevice();
    const validation = this.#validation({ ...shared, strategy });
    const step = {
      run: () => {
        const progress = this.#progress.snapshot();
        const logged = loggedOf(script.metrics(progress), { onStep: true, onEpoch: false });
        return Promise.resolve({
          loss: script.loss(progress),
          logged,
          seconds: script.stepSeconds(progress),
        });
      },
      dropAccumulated: () => undefined,
    };
    const data = played(script.batchesPerEpoch);
    return {
      loop: new FitLoop({ ...shared, ranks: strategy.ranks, data, step, control: this.#control, validation }),
      validation,
    };
  }

  #validation(
    shared: Pick<ConstructorParameters<typeof Validation>[0], 'hooks' | 'progress' | 'publisher'> &
      Pick<ConstructorParameters<typeof EvaluationLoop>[0], 'events' | 'log' | 'strategy'>,
  ): Validation | null {
    const { script } = this.#parts;
    const plan = this.#validationPlan;
    if (plan === null) return null;
    const evaluate = (): ReturnType<EvaluationStep<PlayedBatch>> => {
      const metrics = script.validationMetrics(this.#progress.snapshot());
      return Promise.resolve({ logged: loggedOf(metrics, { onStep: false, onEpoch: true }), outputs: {} });
    };
    const loop = new EvaluationLoop<PlayedBatch>({
      ...shared,
      kind: 'validation',
      weights: new WeightSwitch(),
      module: new Understudy(),
      data: played(script.validationBatches),
      step: Object.assign(evaluate, { dispose: () => undefined }),
      updates: () => 0,
      seed: 0,
      isInterrupted: () => this.#control.isInterrupted(),
    });
    return new Validation({ ...shared, control: this.#control, plan, loop });
  }

  get #validationPlan(): ValidationPlan | null {
    const { options, validationBatches } = this.#parts.script;
    if (validationBatches === 0) return null;
    return planValidation(options, validationBatches, this.#progress.bounds.batchesPerEpoch);
  }

  readonly #notify: Notify = (level, text) => {
    this.#parts.events.emit('message', level, text);
  };
}

function loggedOf(
  metrics: Metrics,
  when: { readonly onStep: boolean; readonly onEpoch: boolean },
): LoggedValue<number>[] {
  const options = { ...when, progBar: true, logger: true, reduce: 'mean' } as const;
  return Object.entries(metrics).map(([name, value]) => ({ name, value, options }));
}

function played(batches: number): BatchSource<PlayedBatch> {
  return {
    batchesPerEpoch: batches,
    samples: batches,
    async *epoch(_, { startBatch = 0, limit = Infinity } = {}) {
      for (let index = startBatch; index < Math.min(batches, startBatch + limit); index++) {
        yield await Promise.resolve({ played: true });
      }
    },
    close: () => Promise.resolve(),
  };
}
