import type {
  BatchSource,
  BatchStatistics,
  EvaluationKind,
  LearningRateControl,
  OptimizersAccess,
  RunEventBus,
  RunSettings,
  RunState,
  RunStateAccess,
  RunTask,
  Strategy,
  TrainerOptions,
  WeightKind,
} from '../contracts';
import { requireStarted } from '../engine';
import { FulgurError } from '../errors';
import { localBatchStatistics } from '../nn';
import type { BuiltPlugin } from './hooks/participants';
import { sayOneBatchLimits } from './loop/one-batch-limits';
import type { BatchLimit } from './loop/one-batch-limits';
import { fastBatches } from './loop/limit-batches';
import { planFit } from './loop/fit-plan';
import { evaluationKinds } from './evaluation/evaluation-kind';
import { planEvaluation, planValidation } from './evaluation/validation-plan';
import { WeightSwitch } from './evaluation/weight-switch';
import { RunControl } from './loop/run-control';
import { runEvaluation } from './run/evaluation-run';
import type { EvaluationResult, Outputs } from './run/evaluation-run';
import { FitRun } from './run/fit-run';
import { runInspection } from './run/inspection-run';
import type { FitResult } from './run/fit-result';
import type { RunPlace } from './run/run-info';
import { stateOfRank } from './state/rank-states';
import type { Evaluated, ResumeFrom } from './state/resume-checks';
import { stepOptions } from './step/step-options';
import type { TrainingModule } from './training-module';

/** Trainer options; what is left out has its default. */
export type FitOptions = Partial<TrainerOptions>;

/** What a fit may be given besides module and data. */
export interface FitExtras<B> {
  /** Goes on from there as if the run had never stopped: every number is the same on a CPU. */
  readonly resumeFrom?: ResumeFrom | undefined;
  /** Held-out data, for a module with a `validationStep`. The caller closes them. */
  readonly validation?: BatchSource<B> | undefined;
}

/** What the container puts in place around the trainer. */
export interface TrainerParts {
  /** In the experiment's order. */
  readonly plugins: readonly BuiltPlugin[];
  readonly events: RunEventBus;
  readonly strategy: Strategy;
  /** Where batch norm gets its statistics in training (default: from the batch). */
  readonly batchStatistics?: BatchStatistics;
  readonly settings: RunSettings;
  /** Which weights evaluations see (default: those in training). */
  readonly weights?: WeightSwitch;
  /** What the `runStarted` event is to say of folder and data. */
  readonly place?: RunPlace;
}

/**
 * Runs a training module over data, with plugins around it.
 *
 * A run's length: `maxEpochs` and `maxSteps` are totals, also for a resumed run; the one that is reached first ends
 * it. A run without either has 1000 epochs, as in Lightning.
 */
export class Trainer {
  /** Takes the state of the run at hand; between two steps only. */
  readonly runState: RunStateAccess = { capture: () => this.#capture() };
  /** Sees the optimisers of the run at hand. */
  readonly optimizers: OptimizersAccess = { current: () => this.#run?.optimizers ?? [] };
  /** Moves their learning rate aside. */
  readonly learningRate: LearningRateControl = {
    override: (schedule) => this.#overrideLearningRate(schedule),
  };
  readonly #options: FitOptions;
  readonly #parts: TrainerParts & Required<Pick<TrainerParts, 'weights'>>;
  #control: RunControl;
  #busy = false;
  #run: Pick<FitRun<unknown>, 'capture' | 'optimizers'> | null = null;

  constructor(options: FitOptions, parts: TrainerParts) {
    this.#options = options;
    this.#parts = { weights: new WeightSwitch(), ...parts };
    this.#control = new RunControl(parts.strategy.ranks);
  }

  /**
   * Trains. The caller closes `data`; the module's parameters stay, the optimiser is freed.
   *
   * @throws FulgurError of whatever went wrong first; what went wrong after it is in its `cause`.
   */
  async fit<B>(
    module: TrainingModule<B>,
    data: BatchSource<B>,
    { resumeFrom, validation }: FitExtras<B> = {},
  ): Promise<FitResult> {
    const { place, batchStatistics = localBatchStatistics, ...parts } = this.#parts;
    return this.#alone('fit()', () => {
      const bounds = planFit(this.#options, data.batchesPerEpoch);
      const ofValidation = validation === undefined ? [] : (['limitValBatches', 'valCheckInterval'] as const);
      this.#sayLimits(['limitTrainBatches', 'overfitBatches', ...ofValidation]);
      const plan =
        validation && planValidation(this.#options, validation.batchesPerEpoch, bounds.batchesPerEpoch);
      const from = resumeFrom && {
        ...resumeFrom,
        state: stateOfRank(parts.strategy.ranks, resumeFrom, module),
      };
      const run = new FitRun<B>({
        ...parts,
        batchStatistics,
        module,
        data,
        place: place ?? null,
        resumeFrom: from ?? null,
        bounds,
        validation: plan === undefined || validation === undefined ? null : { data: validation, plan },
        steps: stepOptions(this.#options),
        control: this.#control,
      });
      this.#run = run;
      return run.run();
    });
  }

  /** Runs the module's `validationStep` over held-out data, of `from` or of the weights that it has. */
  validate<B>(module: TrainingModule<B>, data: BatchSource<B>, from?: Evaluated): Promise<EvaluationResult> {
    return this.#evaluate('validation', module, data, from);
  }

  /** The same with `testStep`. */
  test<B>(module: TrainingModule<B>, data: BatchSource<B>, from?: Evaluated): Promise<EvaluationResult> {
    return this.#evaluate('test', module, data, from);
  }

  /** The same with `predictStep`; the result holds what it gives, unless `onOutputs` takes and disposes it. */
  predict<B>(
    module: TrainingModule<B>,
    data: BatchSource<B>,
    from?: Evaluated,
    onOutputs?: (outputs: Outputs) => Promise<void>,
  ): Promise<EvaluationResult> {
    return this.#evaluate('prediction', module, data, from, onOutputs);
  }

  /**
   * Looks at the module with the weights of `from`, or those that it has, between setup and teardown: for what judges
   * a model from outside, such as a linear probe of its features.
   */
  inspect<B, T>(
    module: TrainingModule<B>,
    from: Evaluated | undefined,
    look: (weights: WeightKind, task: RunTask) => Promise<T>,
  ): Promise<T> {
    return this.#alone('inspect()', () =>
      runInspection({ ...this.#parts, module, from: from ?? null, control: this.#control }, look),
    );
  }

  /**
   * Ends the run for a reason from outside, such as a signal: the update at hand is finished, then the run ends with
   * status `interrupted`. Before `fit`, it ends the fit as soon as that has begun.
   */
  interrupt(reason: string): void {
    this.#control.interrupt(reason);
  }

  /** What becomes of what is going on when the run is interrupted now, in words. */
  get ending(): string {
    return this.#control.ending;
  }

  async #evaluate<B>(
    kind: EvaluationKind,
    module: TrainingModule<B>,
    data: BatchSource<B>,
    from: Evaluated | undefined,
    onOutputs?: (outputs: Outputs) => Promise<void>,
  ): Promise<EvaluationResult> {
    return this.#alone(`${evaluationKinds[kind].stage}()`, () => {
      this.#sayLimits([evaluationKinds[kind].limit]);
      return runEvaluation({
        ...this.#parts,
        kind,
        module,
        data,
        from: from ?? null,
        onOutputs,
        batches: planEvaluation(kind, this.#options, data.batchesPerEpoch),
        steps: stepOptions(this.#options),
        control: this.#control,
      });
    });
  }

  #sayLimits(limits: readonly BatchLimit[]): void {
    const { events, strategy } = this.#parts;
    if (strategy.ranks.rank !== 0 || fastBatches(this.#options.fastDevRun) !== null) return;
    for (const text of sayOneBatchLimits(this.#options, limits)) events.emit('message', 'info', text);
  }

  /** @throws FulgurError `trainer` while another run of this trainer is going on. */
  async #alone<T>(name: string, run: () => Promise<T>): Promise<T> {
    requireStarted();
    if (this.#busy) {
      throw new FulgurError('trainer', {
        what: `${name} was called while the trainer is at work already.`,
        fix: 'Wait for the first call, or make a second trainer.',
      });
    }
    this.#busy = true;
    try {
      return await run();
    } finally {
      this.#busy = false;
      this.#run = null;
      this.#parts.weights.choose(null);
      this.#control = new RunControl(this.#parts.strategy.ranks);
    }
  }

  #overrideLearningRate(schedule: ((step: number) => number) | null): void {
    const optimizers = this.#run?.optimizers ?? [];
    if (optimizers.length === 0) {
      throw new FulgurError('trainer', {
        what: 'A learning rate was given before the optimiser was there.',
        fix: 'Give it in onFitStart or later.',
      });
    }
    for (const optimizer of optimizers) optimizer.overrideLearningRate(schedule);
  }

  async #capture(): Promise<RunState> {
    if (this.#run !== null) return this.#run.capture();
    throw new FulgurError('trainer', {
      what: "The run's state was asked for, and no run is going on.",
      fix: 'Capture it in a host hook, such as onTrainBatchEnd.',
    });
  }
}
