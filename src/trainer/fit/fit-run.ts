import type {
  BatchSource,
  FitProgress,
  Optimizer,
  ResumeFrom,
  RunInfo,
  RunState,
  Stage,
} from '../../contracts';
import { setRandomPosition } from '../../engine';
import { FulgurError, messageOf } from '../../errors';
import type { StepPosition } from '../../nn';
import { EvaluationLoop } from '../evaluation/evaluation-loop';
import { Validation } from '../evaluation/validation';
import { MetricSchedule } from '../log/metric-schedule';
import { FitLoop } from './fit-loop';
import { trainingPosition, validationPosition } from './fit-position';
import { FitStopper } from './fit-stopper';
import { MetricPublisher } from './metric-publisher';
import { ProgressCounter } from './progress-counter';
import type { RunOutcome } from '../run-control';
import type { FitBounds, ValidationPlan } from '../run-plan';
import { checkResume, sayNewcomers, sayResumed } from '../state/resume-checks';
import { RunStateKeeper } from '../state/run-state-keeper';
import type { StepSource } from '../step/step-source';
import type { CheckedBatches } from '../step/checked-batches';
import { StepRunner } from '../step/step-runner';
import { TrainedParameters } from '../step/trained-parameters';
import type { TrainingModule } from '../training-module';
import { OptimizerSet } from './optimizer-set';
import { TrainerScope } from '../trainer-scope';
import type { ScopeParts } from '../trainer-scope';

/** The result of a fit. A fit that fails rejects instead. */
export interface FitResult extends RunOutcome {
  readonly progress: FitProgress;
  /** The newest value of every logged metric. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** The work of one fit. */
export interface FitTask<B> {
  readonly data: CheckedBatches<B>;
  readonly bounds: FitBounds;
  /** `null` for a fit without validation. */
  readonly validation: { readonly data: CheckedBatches<B>; readonly plan: ValidationPlan } | null;
  readonly resumeFrom: ResumeFrom | null;
}

/** One fit from setup to teardown, in the order that `HostHooks` defines. */
export class FitRun<B> {
  readonly #scope: TrainerScope<B>;
  readonly #task: FitTask<B>;
  readonly #progress: ProgressCounter;
  readonly #position: StepPosition;
  readonly #stopper: FitStopper;
  #stage: Stage = 'fit';
  #optimizers: readonly Optimizer[] = [];
  #capture: () => Promise<RunState> = askedTooEarly;

  /** @throws FulgurError if hooks are misspelt or the state to resume from belongs to another run. */
  constructor(module: TrainingModule<B>, parts: ScopeParts, task: FitTask<B>) {
    const { bounds, resumeFrom, validation } = task;
    const progress = new ProgressCounter(bounds, resumeFrom?.state.progress);
    this.#task = task;
    this.#progress = progress;
    this.#position = trainingPosition(progress);
    this.#scope = new TrainerScope(module, parts, {
      stage: () => this.#stage,
      progress: () => progress.snapshot(),
      moment: () => progress.moment,
      isDue: (metric) => schedule.isDue(metric, validation?.plan.everyNEpochs ?? null),
      stop: (reason, by) => this.#stopper.stop(reason, by),
    });
    const schedule = new MetricSchedule(this.#scope.participants, progress);
    this.#stopper = new FitStopper(parts.control, progress, this.#scope.notify);
    if (resumeFrom !== null) checkResume(resumeFrom, parts.settings, bounds);
  }

  async run(): Promise<FitResult> {
    const { log, parts } = this.#scope;
    parts.events.emit('runStarted', runInfo(parts, this.#task));
    try {
      await this.#scope.toEnd(() => this.#train());
    } catch (error) {
      parts.events.emit('runEnded', 'failed', messageOf(error));
      throw error;
    }
    const { status, detail } = parts.control.outcome;
    const isTold = status === 'stopped' && this.#stopper.hasToldWhy;
    parts.events.emit('runEnded', status, isTold ? null : detail);
    return { status, detail, progress: this.#progress.snapshot(), metrics: log.metrics.newest() };
  }

  /** The optimisers in use; empty until the model has configured them. */
  get optimizers(): readonly Optimizer[] {
    return this.#optimizers;
  }

  /** @throws FulgurError `trainer` before the model and its optimisers are ready. */
  capture(): Promise<RunState> {
    return this.#capture();
  }

  async #train(): Promise<void> {
    const { module, hooks, log, parts, notify } = this.#scope;
    const { resumeFrom, bounds } = this.#task;
    const { control, strategy } = parts;
    await this.#scope.setUp(resumeFrom);
    if (resumeFrom !== null) this.#goOn(resumeFrom);
    const parameters = new TrainedParameters(module, notify);
    const optimizers = await OptimizerSet.configure(module, { plan: bounds, position: this.#position }, log);
    this.#scope.releaseAtEnd(() => optimizers.dispose());
    this.#optimizers = optimizers.list;
    parameters.requireOwned(optimizers.list);
    if (resumeFrom !== null) optimizers.restore(resumeFrom.state.optimizers, resumeFrom.path);
    setRandomPosition(this.#progress.resumePoint.globalStep);
    await strategy.prepare(module);
    const step = this.#step(optimizers, parameters);
    await hooks.call('onFitStart', []);
    const { loop, validation } = this.#loops(step);
    if (resumeFrom === null) await this.#checkSanity(validation);
    await control.settle();
    if (control.isInterrupted()) return;
    await hooks.call('onTrainStart', []);
    await loop.run();
    if (control.isInterrupted()) return;
    parameters.requireSame();
    await hooks.call('onTrainEnd', []);
    await hooks.call('onFitEnd', []);
  }

  /** Restores the fit's own part of a state, and reports where it resumes. */
  #goOn(from: ResumeFrom): void {
    const { log, parts, notify } = this.#scope;
    const { settings, strategy, plugins, initialWeights } = parts;
    if (initialWeights !== null) {
      notify('info', "Initial weights are not loaded again: the run resumes with its checkpoint's weights.");
    }
    log.metrics.restore(from.state.metrics);
    sayNewcomers(from, plugins, notify);
    sayResumed(from, settings, strategy.ranks.worldSize, notify);
    this.#stopper.restore(from.state, settings);
  }

  /** From here on the run's state can be captured. */
  #step(optimizers: OptimizerSet, parameters: TrainedParameters): StepRunner<B> {
    const { parts, module, participants, log, owners, warn } = this.#scope;
    const { isEver } = this.#task.bounds.accumulation;
    const progress = this.#progress;
    const made = parts.steps.training({
      ...{ ...parts, module, participants, log, owners, warn, optimizers, parameters },
      batchesPerUpdate: isEver ? () => progress.batchesPerUpdate : null,
      position: this.#position,
    });
    const step = new StepRunner(made, {
      seed: parts.settings.seed,
      detectAnomaly: parts.options.detectAnomaly,
    });
    const keeper = new RunStateKeeper(this.#scope, { optimizers, step, parameters, progress });
    this.#capture = () => keeper.capture();
    this.#scope.releaseAtEnd(() => {
      this.#capture = askedTooEarly;
      step.dispose();
    });
    return step;
  }

  #loops(step: StepRunner<B>): { loop: FitLoop<B>; validation: Validation | null } {
    const { log, parts } = this.#scope;
    const { settings, events, strategy } = parts;
    const { data, validation: planned } = this.#task;
    const progress = this.#progress;
    const publisher = new MetricPublisher(log.metrics, progress, events, {
      everyNSteps: settings.logEveryNSteps,
      logs: strategy.ranks.rank === 0,
    });
    const validation =
      planned &&
      new Validation(this.#scope, {
        plan: planned.plan,
        loop: new EvaluationLoop(this.#scope, {
          kind: 'validation',
          data: planned.data,
          updates: () => progress.resumePoint.globalStep,
          seed: settings.seed,
          position: validationPosition(progress),
        }),
        ...{ progress, publisher },
      });
    return { loop: new FitLoop(this.#scope, { data, step, progress, publisher, validation }), validation };
  }

  async #checkSanity(validation: Validation | null): Promise<void> {
    this.#stage = 'sanity-check';
    try {
      await validation?.sanityCheck();
    } finally {
      this.#stage = 'fit';
    }
  }
}

function askedTooEarly(): never {
  throw new FulgurError('trainer', {
    what: "The run's state was requested before the optimiser existed.",
    fix: 'Capture it from onFitStart on.',
  });
}

/** The facts that `runStarted` publishes. */
export function runInfo(
  {
    settings,
    place,
    strategy,
    steps,
  }: Pick<ScopeParts, 'settings' | 'place' | 'strategy'> & {
    readonly steps: Pick<StepSource, 'device'>;
  },
  {
    data,
    resumeFrom,
  }: Pick<FitTask<unknown>, 'resumeFrom'> & {
    readonly data: Pick<BatchSource<unknown>, 'samples' | 'batchesPerEpoch'>;
  },
): RunInfo {
  const { experiment, seed, config } = settings;
  const { worldSize } = strategy.ranks;
  return {
    experiment,
    seed,
    config,
    folder: place?.folder ?? '',
    data: {
      name: place?.data.name ?? 'data',
      samples: place?.data.samples ?? data.samples * worldSize,
      batchSize: place?.data.batchSize ?? Math.floor(data.samples / data.batchesPerEpoch),
      ranks: worldSize,
    },
    device: steps.device(),
    resumedFrom: resumeFrom?.path ?? null,
  };
}
