import type {
  BatchSource,
  BatchStatistics,
  Evaluated,
  EvaluationKind,
  InitialWeights,
  LearningRateControl,
  OptimizersAccess,
  ResumeFrom,
  RunEventBus,
  RunSettings,
  RunState,
  RunStateAccess,
  RunTask,
  Strategy,
  TrainerInput,
  TrainerOptions,
  WeightKind,
} from '../contracts';
import { completeTrainerOptions } from '../contracts';
import { engineInfo, requireStarted } from '../engine';
import { FulgurError } from '../errors';
import { localBatchStatistics } from '../nn';
import { evaluationKinds } from './evaluation/evaluation-kind';
import type { Outputs } from './evaluation/evaluation-loop';
import { compileEvaluationStep } from './evaluation/evaluation-step';
import { WeightSwitch } from './evaluation/evaluated-model';
import type { BuiltPlugin } from './hooks/participants';
import { RunControl } from './run-control';
import { planEvaluation, planFit, planValidation, sayOneBatchLimits } from './run-plan';
import type { BatchLimit } from './run-plan';
import { runEvaluation, runInspection } from './evaluation/evaluation-run';
import type { EvaluationResult } from './evaluation/evaluation-run';
import { FitRun } from './fit/fit-run';
import type { FitResult } from './fit/fit-run';
import type { RunLabel, ScopeParts } from './trainer-scope';
import { stateOfRank } from './state/rank-states';
import { CheckedBatches } from './step/checked-batches';
import type { StepSource } from './step/step-source';
import { CompiledTrainingStep } from './step/training-step';
import type { TrainingModule } from './training-module';

/** Options of a fit besides the module and the data. */
export interface FitExtras<B> {
  /** The state to resume from, as if the run had never stopped: every number is the same on a CPU. */
  readonly resumeFrom?: ResumeFrom | undefined;
  /** Held-out data, for a module with a `validationStep`. The caller closes it. */
  readonly validation?: BatchSource<B> | undefined;
}

/** The parts around the trainer that the container provides. */
export interface TrainerParts {
  /** In the experiment's order. */
  readonly plugins: readonly BuiltPlugin[];
  readonly events: RunEventBus;
  readonly strategy: Strategy;
  /** The source of batch norm statistics in training (default: the batch). */
  readonly batchStatistics?: BatchStatistics;
  readonly settings: RunSettings;
  /** The weights that evaluations see (default: the training weights). */
  readonly weights?: WeightSwitch;
  /** What the `runStarted` event reports about folder and data. */
  readonly place?: RunLabel | null;
  /** The source of its steps (default: the compiled steps of the module). */
  readonly steps?: StepSource;
  /**
   * The initial weights of a fit, and of an evaluation without a checkpoint: loaded after `setup`, where otherwise a
   * checkpoint's are.
   */
  readonly initialWeights?: (() => Promise<InitialWeights>) | null;
}

const compiledSteps: StepSource = {
  requireReady: requireStarted,
  device: () => engineInfo().deviceName,
  training: (parts) => new CompiledTrainingStep(parts),
  evaluation: compileEvaluationStep,
};

/**
 * Runs a training module over data, with plugins around it.
 *
 * A run's length: `maxEpochs` and `maxSteps` are totals, also for a resumed run; whichever is reached first ends it.
 * Without either, a run has 1000 epochs, as in Lightning.
 */
export class Trainer {
  /** Captures the state of the current run; only possible between two steps. */
  readonly runState: RunStateAccess = { capture: () => this.#capture() };
  /** Observes the optimisers of the current run. */
  readonly optimizers: OptimizersAccess = { current: () => this.#run?.optimizers ?? [] };
  /** Overrides their learning rate. */
  readonly learningRate: LearningRateControl = {
    override: (schedule) => this.#overrideLearningRate(schedule),
  };
  readonly #options: TrainerOptions;
  readonly #parts: Required<TrainerParts>;
  #control: RunControl;
  #busy = false;
  #run: Pick<FitRun<unknown>, 'capture' | 'optimizers'> | null = null;

  /** @throws FulgurError `config` if an option has an invalid value. */
  constructor(options: TrainerInput, parts: TrainerParts) {
    this.#options = completeTrainerOptions(options);
    this.#parts = {
      batchStatistics: localBatchStatistics,
      weights: new WeightSwitch(),
      place: null,
      steps: compiledSteps,
      initialWeights: null,
      ...parts,
    };
    this.#control = new RunControl(parts.strategy.ranks);
  }

  /**
   * Trains the module. The caller closes `data`; the module's parameters remain, the optimisers are freed.
   * @throws FulgurError the first error; later ones are in its `cause`.
   */
  async fit<B>(
    module: TrainingModule<B>,
    data: BatchSource<B>,
    { resumeFrom, validation: heldOut }: FitExtras<B> = {},
  ): Promise<FitResult> {
    return this.#alone('fit()', (parts) => {
      const { options, strategy } = parts;
      const train = new CheckedBatches(data, { role: 'training data' });
      const bounds = planFit(options, train.batchesPerEpoch);
      const validation = heldOut && new CheckedBatches(heldOut, { role: 'validation data', ...this.#held });
      const ofValidation = validation === undefined ? [] : (['limitValBatches', 'valCheckInterval'] as const);
      this.#sayLimits(['limitTrainBatches', 'overfitBatches', ...ofValidation]);
      const plan = validation && planValidation(options, validation.batchesPerEpoch, bounds.batchesPerEpoch);
      const isValidated = module.validationStep !== undefined && plan !== undefined && plan.batches > 0;
      const state = resumeFrom && stateOfRank(strategy.ranks, resumeFrom, module);
      requireCompiled(options);
      const run = new FitRun(module, parts, {
        data: train,
        bounds,
        validation: isValidated && validation !== undefined ? { data: validation, plan } : null,
        resumeFrom: resumeFrom === undefined || state === undefined ? null : { ...resumeFrom, state },
      });
      this.#run = run;
      return run.run();
    });
  }

  /** Runs the module's `validationStep` over held-out data, with the weights of `from` or its current ones. */
  validate<B>(module: TrainingModule<B>, data: BatchSource<B>, from?: Evaluated): Promise<EvaluationResult> {
    return this.#evaluate('validation', module, data, from);
  }

  /** Does the same with `testStep`. */
  test<B>(module: TrainingModule<B>, data: BatchSource<B>, from?: Evaluated): Promise<EvaluationResult> {
    return this.#evaluate('test', module, data, from);
  }

  /**
   * Does the same with `predictStep`; the result contains the outputs, unless `onOutputs` receives and disposes them.
   */
  predict<B>(
    module: TrainingModule<B>,
    data: BatchSource<B>,
    from?: Evaluated,
    onOutputs?: (outputs: Outputs) => Promise<void>,
  ): Promise<EvaluationResult> {
    return this.#evaluate('prediction', module, data, from, onOutputs);
  }

  /**
   * Inspects the module with the weights of `from`, or its current ones, between setup and teardown: for code that
   * assesses a model from outside, such as a linear probe of its features.
   */
  inspect<B, T>(
    module: TrainingModule<B>,
    from: Evaluated | undefined,
    look: (weights: WeightKind, task: RunTask) => Promise<T>,
  ): Promise<T> {
    return this.#alone('inspect()', (parts) => runInspection(module, parts, from ?? null, look));
  }

  /**
   * Ends the run for an external reason, such as a signal: the current update is finished, then the run ends with
   * status `interrupted`. Before `fit`, it ends the fit as soon as it has started.
   */
  interrupt(reason: string): void {
    this.#control.interrupt(reason);
  }

  /** Describes what happens to the current work if the run is interrupted now. */
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
    return this.#alone(`${evaluationKinds[kind].stage}()`, (parts) => {
      this.#sayLimits([evaluationKinds[kind].limit]);
      requireCompiled(parts.options);
      const checked = new CheckedBatches(data, { role: evaluationKinds[kind].role, ...this.#held });
      const batches = planEvaluation(kind, parts.options, checked.batchesPerEpoch);
      return runEvaluation(module, parts, { kind, data: checked, batches, from: from ?? null, onOutputs });
    });
  }

  /** Held-out data is dealt to ranks without padding. */
  get #held(): { mayBeShort: boolean } {
    return { mayBeShort: this.#parts.strategy.ranks.worldSize > 1 };
  }

  #sayLimits(limits: readonly BatchLimit[]): void {
    const { events, strategy } = this.#parts;
    if (strategy.ranks.rank !== 0) return;
    for (const text of sayOneBatchLimits(this.#options, limits)) events.emit('message', 'info', text);
  }

  /** @throws FulgurError `trainer` while another run of this trainer is active. */
  async #alone<T>(name: string, run: (parts: ScopeParts) => Promise<T>): Promise<T> {
    this.#parts.steps.requireReady();
    if (this.#busy) {
      throw new FulgurError('trainer', {
        what: `${name} was called while the trainer was already running.`,
        fix: 'Wait for the first call to finish, or create a second trainer.',
      });
    }
    this.#busy = true;
    try {
      return await run({ ...this.#parts, options: this.#options, control: this.#control });
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
        what: 'A learning rate was set before the optimiser existed.',
        fix: 'Set it in onFitStart or later.',
      });
    }
    for (const optimizer of optimizers) optimizer.overrideLearningRate(schedule);
  }

  async #capture(): Promise<RunState> {
    if (this.#run !== null) return this.#run.capture();
    throw new FulgurError('trainer', {
      what: "The run's state was requested, but no run is active.",
      fix: 'Capture it in a host hook, such as onTrainBatchEnd.',
    });
  }
}

/** @throws FulgurError `trainer` for mixed precision without compilation. */
function requireCompiled({ precision, compile, detectAnomaly }: TrainerOptions): void {
  if (precision === '32-true' || (compile && !detectAnomaly)) return;
  throw new FulgurError('trainer', {
    what: `trainer.precision is ${precision}, but the step is to run operation by operation.`,
    why: 'Mixed precision is a rewrite of the compiled step.',
    fix: "Remove compile: false and detectAnomaly, or set the precision to '32-true'.",
  });
}
