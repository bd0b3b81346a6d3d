import type {
  BatchSource,
  BatchStatistics,
  Notify,
  Optimizer,
  RunEventBus,
  RunSettings,
  RunState,
  Stage,
  Strategy,
} from '../../contracts';
import { setRandomPosition } from '../../engine';
import { FulgurError, messageOf } from '../../errors';
import { refuseMisspeltHooks, inHookOrder } from '../hooks/participants';
import type { BuiltPlugin, Participant } from '../hooks/participants';
import { HostHookRunner } from '../hooks/host-hook-runner';
import { StepHookRunner } from '../hooks/step-hook-runner';
import { LogRouter } from '../log/log-router';
import { MetricSchedule } from '../log/metric-schedule';
import { MetricStore } from '../log/metric-store';
import type { WeightSwitch } from '../evaluation/weight-switch';
import { FitLoop } from '../loop/fit-loop';
import { FitStopper } from '../loop/fit-stopper';
import type { FitBounds } from '../loop/fit-plan';
import { MetricPublisher } from '../loop/metric-publisher';
import { ProgressCounter } from '../loop/progress-counter';
import type { RunControl } from '../loop/run-control';
import { connectModuleLog } from '../training-module';
import { checkResume, sayNewcomers, sayResumed } from '../state/resume-checks';
import type { ResumeFrom } from '../state/resume-checks';
import { restoreRunState, RunStateKeeper } from '../state/run-state-keeper';
import type { StateOwners } from '../state/run-state-keeper';
import { buildStepRunner } from '../step/build-step-runner';
import type { StepOptions } from '../step/build-step-runner';
import type { StepRunner } from '../step/step-runner';
import { TrainedParameters } from '../step/trained-parameters';
import { VariableOwners } from '../step/variable-owners';
import type { TrainingModule } from '../training-module';
import { outcomeOf } from './fit-result';
import type { FitResult } from './fit-result';
import { fitValidation } from './fit-validation';
import type { FitValidation, ValidationSource } from './fit-validation';
import { OptimizerSet } from './optimizer-set';
import { runInfo } from './run-info';
import type { RunPlace } from './run-info';
import { runToEnd } from './run-to-end';
import { taskRunner } from './tasks';

export interface FitRunParts<B> {
  readonly module: TrainingModule<B>;
  readonly data: BatchSource<B>;
  /** `null` for a fit without validation. */
  readonly validation: ValidationSource<B> | null;
  readonly resumeFrom: ResumeFrom | null;
  readonly plugins: readonly BuiltPlugin[];
  readonly events: RunEventBus;
  readonly strategy: Strategy;
  readonly batchStatistics: BatchStatistics;
  readonly weights: WeightSwitch;
  readonly settings: RunSettings;
  readonly place: RunPlace | null;
  readonly bounds: FitBounds;
  readonly steps: StepOptions;
  readonly control: RunControl;
}

/** One fit from setup to teardown, in the order that `HostHooks` gives. */
export class FitRun<B> {
  readonly #parts: FitRunParts<B>;
  readonly #participants: readonly Participant[];
  readonly #progress: ProgressCounter;
  readonly #log: LogRouter;
  readonly #hooks: HostHookRunner;
  readonly #owners: VariableOwners;
  readonly #stopper: FitStopper;
  #optimizers: OptimizerSet | null = null;
  #step: StepRunner<B> | null = null;
  #keeper: RunStateKeeper<B> | null = null;
  #validation: FitValidation | null = null;
  #stage: Stage = 'fit';

  /** @throws FulgurError when hooks are misspelt or the state to resume from is of another run. */
  constructor(parts: FitRunParts<B>) {
    const { module, plugins, resumeFrom, settings, bounds, control, events } = parts;
    this.#parts = parts;
    this.#participants = inHookOrder(plugins, { name: module.constructor.name, hooks: module });
    refuseMisspeltHooks(this.#participants);
    if (resumeFrom !== null) checkResume(resumeFrom, settings, bounds);
    this.#owners = new VariableOwners(module, this.#notify);
    const progress = new ProgressCounter(bounds, resumeFrom?.state.progress);
    this.#progress = progress;
    this.#log = new LogRouter(new MetricStore(() => progress.moment));
    const schedule = new MetricSchedule(this.#participants, progress);
    this.#stopper = new FitStopper(control, progress, this.#notify);
    const view = {
      stage: () => this.#stage,
      progress: () => progress.snapshot(),
      isDue: (metric: string) => schedule.isDue(metric, this.#validation?.everyNEpochs ?? null),
      stop: (reason: string, by: string) => this.#stopper.stop(reason, by),
      task: taskRunner(control, events),
    };
    this.#hooks = new HostHookRunner(this.#participants, view, this.#log, events);
  }

  async run(): Promise<FitResult> {
    const { module, events, control } = this.#parts;
    const disconnect = connectModuleLog(module, this.#log);
    events.emit('runStarted', runInfo(this.#parts));
    try {
      await runToEnd({
        work: () => this.#train(),
        hooks: this.#hooks,
        control,
        events,
        releases: [
          () => {
            this.#keeper = null;
            this.#step?.dispose();
          },
          () => this.#validation?.step.dispose(),
          () => this.#optimizers?.dispose(),
        ],
      });
    } catch (error) {
      events.emit('runEnded', 'failed', messageOf(error));
      throw error;
    } finally {
      disconnect();
    }
    const { status, detail } = outcomeOf(control);
    const isTold = status === 'stopped' && this.#stopper.hasToldWhy;
    events.emit('runEnded', status, isTold ? null : detail);
    return { status, detail, progress: this.#progress.snapshot(), metrics: this.#log.metrics.newest() };
  }

  /** The optimisers at work; none before the model has configured them. */
  get optimizers(): readonly Optimizer[] {
    return this.#optimizers?.list ?? [];
  }

  /** @throws FulgurError `trainer` before the model and its optimiser are ready. */
  capture(): Promise<RunState> {
    if (this.#keeper === null) {
      throw new FulgurError('trainer', {
        what: "The run's state was asked for before the optimiser was there.",
        fix: 'Capture it from onFitStart on.',
      });
    }
    return this.#keeper.capture();
  }

  async #train(): Promise<void> {
    const { module, resumeFrom, bounds, strategy, control } = this.#parts;
    await this.#hooks.call('setup', []);
    if (resumeFrom !== null) await this.#restore(resumeFrom);
    const parameters = new TrainedParameters(module, this.#notify);
    this.#optimizers = await OptimizerSet.configure(module, bounds, this.#log);
    parameters.requireOwned(this.#optimizers.list);
    if (resumeFrom !== null) this.#optimizers.restore(resumeFrom.state.optimizers, resumeFrom.path);
    setRandomPosition(this.#progress.resumePoint.globalStep);
    await strategy.prepare(module);
    const step = this.#compile(this.#optimizers, parameters);
    await this.#hooks.call('onFitStart', []);
    const loop = this.#loop(step);
    if (resumeFrom === null) await this.#checkSanity();
    await control.settle();
    if (control.isInterrupted()) return;
    await this.#hooks.call('onTrainStart', []);
    await loop.run();
    if (control.isInterrupted()) return;
    parameters.requireSame();
    await this.#hooks.call('onTrainEnd', []);
    await this.#hooks.call('onFitEnd', []);
  }

  async #restore(resumeFrom: ResumeFrom): Promise<void> {
    await restoreRunState(resumeFrom, this.#stateOwners, this.#notify);
    const { settings, strategy, plugins } = this.#parts;
    sayNewcomers(resumeFrom, plugins, this.#notify);
    sayResumed(resumeFrom, settings, strategy.ranks.worldSize, this.#notify);
    this.#stopper.restore(resumeFrom.state, settings);
  }

  #compile(optimizers: OptimizerSet, parameters: TrainedParameters): StepRunner<B> {
    const { module, strategy, steps, bounds, batchStatistics, settings } = this.#parts;
    const hooks = new StepHookRunner(this.#participants, this.#log, this.#owners);
    this.#step = buildStepRunner({
      ...steps,
      module,
      optimizers,
      hooks,
      strategy,
      batchStatistics,
      owners: this.#owners,
      parameters,
      log: this.#log,
      seed: settings.seed,
      batchesPerUpdate: bounds.accumulation.isEver ? () => this.#progress.batchesPerUpdate : null,
      warn: (message) => {
        this.#notify('warning', message);
      },
    });
    this.#keeper = new RunStateKeeper(this.#stateOwners, optimizers, this.#step, parameters);
    return this.#step;
  }

  #loop(step: StepRunner<B>): FitLoop<B> {
    const { data, events, control, settings, strategy, validation, steps, module, weights } = this.#parts;
    const publisher = new MetricPublisher(this.#log.metrics, this.#progress, events, {
      everyNSteps: settings.logEveryNSteps,
      logs: strategy.ranks.rank === 0,
    });
    const shared = {
      control,
      events,
      hooks: this.#hooks,
      log: this.#log,
      progress: this.#progress,
      publisher,
    };
    this.#validation = fitValidation(validation, {
      ...shared,
      module,
      strategy,
      steps,
      weights,
      owners: this.#owners,
      seed: settings.seed,
    });
    return new FitLoop({
      ...shared,
      data,
      step,
      validation: this.#validation?.validation ?? null,
      ranks: strategy.ranks,
    });
  }

  async #checkSanity(): Promise<void> {
    this.#stage = 'sanity-check';
    try {
      await this.#validation?.validation.sanityCheck();
    } finally {
      this.#stage = 'fit';
    }
  }

  get #stateOwners(): StateOwners<B> {
    return {
      ...this.#parts,
      progress: this.#progress,
      metrics: this.#log.metrics,
      hooks: this.#hooks,
    };
  }

  /** All ranks have the same to say: the first one says it. */
  readonly #notify: Notify = (level, text) => {
    if (this.#parts.strategy.ranks.rank === 0) this.#parts.events.emit('message', level, text);
  };
}
