import type {
  BatchSource,
  OptimizersAccess,
  RunEventBus,
  RunSettings,
  RunState,
  RunStateAccess,
  TrainerOptions,
} from '../contracts';
import { requireStarted } from '../engine';
import { FulgurError } from '../errors';
import type { Strategy } from '../strategy';
import type { BuiltPlugin } from './hooks/hook-order';
import { planFit } from './loop/fit-plan';
import type { FitLimits } from './loop/fit-plan';
import { RunControl } from './loop/run-control';
import { FitRun } from './run/fit-run';
import type { FitResult } from './run/fit-result';
import type { RunPlace } from './run/run-info';
import type { ResumeFrom } from './state/resume-checks';
import type { StepOptions } from './step/build-step-runner';
import type { TrainingModule } from './training-module';

/** The trainer options that the trainer itself reads; what is left out has its default. */
export type FitOptions = FitLimits &
  Partial<Pick<TrainerOptions, 'compile' | 'detectAnomaly' | 'gradientClipVal' | 'gradientClipAlgorithm'>>;

/** What the container puts in place around the trainer. */
export interface TrainerParts {
  /** In the experiment's order. */
  readonly plugins: readonly BuiltPlugin[];
  readonly events: RunEventBus;
  readonly strategy: Strategy;
  readonly settings: RunSettings;
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
  readonly #options: FitOptions;
  readonly #parts: TrainerParts;
  #control = new RunControl();
  #run: Pick<FitRun<unknown>, 'capture' | 'optimizers'> | null = null;

  constructor(options: FitOptions, parts: TrainerParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /**
   * Trains. The caller closes `data`; the module's parameters stay, the optimiser is freed.
   *
   * @param resumeFrom goes on from there as if the run had never stopped: every number is the same on a CPU.
   * @throws FulgurError of whatever went wrong first; what went wrong after it is in its `cause`.
   */
  async fit<B>(module: TrainingModule<B>, data: BatchSource<B>, resumeFrom?: ResumeFrom): Promise<FitResult> {
    requireStarted();
    if (this.#run !== null) {
      throw new FulgurError('trainer', {
        what: 'fit() was called while the trainer is fitting already.',
        fix: 'Wait for the first call, or make a second trainer.',
      });
    }
    const { place, ...parts } = this.#parts;
    try {
      const run = new FitRun<B>({
        ...parts,
        module,
        data,
        place: place ?? null,
        resumeFrom: resumeFrom ?? null,
        bounds: planFit(this.#options, data.batchesPerEpoch),
        steps: this.#steps,
        control: this.#control,
      });
      this.#run = run;
      return await run.run();
    } finally {
      this.#run = null;
      this.#control = new RunControl();
    }
  }

  /**
   * Ends the run for a reason from outside, such as a signal: the update at hand is finished, then the run ends with
   * status `interrupted`. Before `fit`, it ends the fit as soon as that has begun.
   */
  interrupt(reason: string): void {
    this.#control.interrupt(reason);
  }

  get #steps(): StepOptions {
    const { compile = true, detectAnomaly = false } = this.#options;
    const { gradientClipVal: limit = null, gradientClipAlgorithm: algorithm = 'norm' } = this.#options;
    return { eager: !compile, detectAnomaly, clipping: limit === null ? null : { limit, algorithm } };
  }

  async #capture(): Promise<RunState> {
    if (this.#run === null) {
      throw new FulgurError('trainer', {
        what: "The run's state was asked for, and no run is going on.",
        fix: 'Capture it in a host hook, such as onTrainBatchEnd.',
      });
    }
    return this.#run.capture();
  }
}
