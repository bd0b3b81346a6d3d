import { drawingAt } from '../../engine';
import { FulgurError } from '../../errors';
import type { StepOutcome, TrainingStep } from './step-source';

/** Which batch a step runs on, and whether it completes an update. */
export interface StepPlace {
  readonly step: number;
  readonly epoch: number;
  readonly batchIndex: number;
  readonly isUpdate: boolean;
}

/** Runs the training step, one batch at a time, and fails if the loss or a parameter is not finite. */
export class StepRunner<B> {
  readonly #step: TrainingStep<B>;
  #running = false;
  #accumulated = 0;
  #spoiled: FulgurError | null = null;

  constructor(
    step: TrainingStep<B>,
    /** The run's seed, and whether the step itself looks for the first NaN. */
    private readonly options: { readonly seed: number; readonly detectAnomaly: boolean },
  ) {
    this.#step = step;
  }

  /** @throws FulgurError `trainer` if the loss or a parameter is NaN or infinite; the weights are useless from then on. */
  async run(batch: B, place: StepPlace): Promise<StepOutcome> {
    this.#running = true;
    try {
      const { epoch, batchIndex, isUpdate } = place;
      const draws = { seed: this.options.seed, purpose: 'step', position: [epoch, batchIndex] } as const;
      const outcome = await drawingAt(draws, () => this.#step.run(batch, isUpdate));
      const broken = brokenPart(outcome);
      if (broken !== null) {
        this.#spoiled = isNotFinite(broken, place, this.options.detectAnomaly);
        throw this.#spoiled;
      }
      this.#accumulated = isUpdate ? 0 : this.#accumulated + 1;
      return outcome;
    } catch (error) {
      if (this.#step.eager) this.#spoiled ??= halfDone(place, error);
      throw error;
    } finally {
      this.#running = false;
    }
  }

  /**
   * @throws FulgurError `trainer` in the middle of a step or an update, or if a loss or a parameter that is not finite has
   *   spoiled the weights.
   */
  requireSound(): void {
    if (this.#spoiled !== null) {
      throw new FulgurError('trainer', {
        what: `The run's state is not saved: ${this.#spoiled.message}`,
        fix: 'The previous checkpoint is still good.',
        cause: this.#spoiled,
      });
    }
    if (this.#accumulated > 0) {
      throw new FulgurError('trainer', {
        what: `The run's state was requested after ${this.#accumulated} batches of an update.`,
        why: 'Their gradients are not part of it.',
        fix: 'Capture it when the result of onTrainBatchEnd has `updated`.',
      });
    }
    if (this.#running) {
      throw new FulgurError('trainer', {
        what: "The run's state was requested in the middle of a step.",
        why: 'Weights and counters do not match then.',
        fix: 'Capture it in a host hook, such as onTrainBatchEnd, and await it.',
      });
    }
  }

  /** Discards the gradients of an update that will not be completed. */
  dropAccumulated(): void {
    if (this.#accumulated > 0) this.#step.dropAccumulated();
    this.#accumulated = 0;
  }

  dispose(): void {
    this.#step.dispose();
  }
}

function halfDone({ step }: StepPlace, cause: unknown): FulgurError {
  return new FulgurError('trainer', {
    what: `Step ${step} failed before it was complete; some parameters may be updated and others not.`,
    fix: 'Correct the cause of the failure.',
    cause,
  });
}

function brokenPart({ loss, brokenParameter }: StepOutcome): string | null {
  if (!Number.isFinite(loss)) return `The loss became ${loss}`;
  return brokenParameter === null
    ? null
    : `The parameter ${brokenParameter} is NaN or infinite after the update`;
}

function isNotFinite(
  broken: string,
  { step, epoch, batchIndex }: StepPlace,
  detectsAnomalies: boolean,
): FulgurError {
  const search = detectsAnomalies
    ? ''
    : '; --trainer.detectAnomaly true names the operation that makes the first NaN';
  return new FulgurError('trainer', {
    what: `${broken} in step ${step} (epoch ${epoch}, batch ${batchIndex}).`,
    why: 'The weights after such a step are useless, so training ends here.',
    fix: `Try a lower learning rate, warm-up or gradient clipping${search}. If there is a checkpoint, it was written before this step.`,
  });
}
