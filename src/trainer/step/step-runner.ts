import type { CompiledStep, StepOutputs } from '../../contracts';
import { drawingAt } from '../../engine';
import { FulgurError } from '../../errors';
import type { FrozenFields } from './frozen-fields';
import type { GradientAccumulator } from './gradient-accumulator';

/** What running one step gave. */
export interface StepOutcome extends StepOutputs<number> {
  readonly seconds: number;
}

/** Which batch a step runs on, and whether it ends an update. */
export interface StepPlace {
  readonly step: number;
  readonly epoch: number;
  readonly batchIndex: number;
  readonly isUpdate: boolean;
}

/** The steps of updates that take several batches. */
export interface Accumulation<B> {
  /** The step of a batch that more of its update follow. */
  readonly step: CompiledStep<B>;
  readonly accumulator: GradientAccumulator;
}

/** Runs the compiled steps, one batch at a time, and refuses to go on from a loss that is no number. */
export class StepRunner<B> {
  readonly #update: CompiledStep<B>;
  readonly #accumulation: Accumulation<B> | null;
  #running = false;
  #accumulated = 0;
  #spoiled: FulgurError | null = null;

  /**
   * @param accumulation `null` where every batch makes an update.
   * @param how `eager` steps run operation by operation: one that fails may leave some parameters updated.
   */
  constructor(
    update: CompiledStep<B>,
    accumulation: Accumulation<B> | null,
    private readonly how: {
      readonly eager: boolean;
      readonly frozen: Pick<FrozenFields, 'check'>;
      readonly seed: number;
    },
  ) {
    this.#update = update;
    this.#accumulation = accumulation;
  }

  /** @throws FulgurError `trainer` when the loss is NaN or infinite; the weights are then of no more use. */
  async run(batch: B, place: StepPlace): Promise<StepOutcome> {
    const step = place.isUpdate ? this.#update : (this.#accumulation?.step ?? this.#update);
    this.how.frozen.check();
    this.#running = true;
    const started = performance.now();
    try {
      const { epoch, batchIndex } = place;
      const { seed } = this.how;
      const draws = { seed, purpose: 'step', position: [epoch, batchIndex] } as const;
      const outputs = await drawingAt(draws, () => step(batch));
      const seconds = (performance.now() - started) / 1000;
      if (!Number.isFinite(outputs.loss)) {
        this.#spoiled = lossIsNoNumber(outputs.loss, place);
        throw this.#spoiled;
      }
      this.#accumulated = place.isUpdate ? 0 : this.#accumulated + 1;
      return { ...outputs, seconds };
    } catch (error) {
      if (this.how.eager) this.#spoiled ??= halfDone(place, error);
      throw error;
    } finally {
      this.#running = false;
    }
  }

  /** @throws FulgurError `trainer` while weights are between two steps, or spoiled by a loss that is no number. */
  requireSound(): void {
    if (this.#spoiled !== null) {
      throw new FulgurError('trainer', {
        what: `The run's state is not saved: ${this.#spoiled.message}`,
        fix: 'The checkpoint before it is still good.',
        cause: this.#spoiled,
      });
    }
    if (this.#accumulated > 0) {
      throw new FulgurError('trainer', {
        what: `The run's state was asked for when ${this.#accumulated} batches of an update were done.`,
        why: 'Their gradients are not part of it.',
        fix: 'Capture it where the result of onTrainBatchEnd says `updated`.',
      });
    }
    if (this.#running) {
      throw new FulgurError('trainer', {
        what: "The run's state was asked for in the middle of a step.",
        why: 'Weights and counters do not belong together then.',
        fix: 'Capture it in a host hook, such as onTrainBatchEnd, and wait for it.',
      });
    }
  }

  /** Forgets the gradients of an update that is not to be finished. */
  dropAccumulated(): void {
    if (this.#accumulated > 0) this.#accumulation?.accumulator.reset();
    this.#accumulated = 0;
  }

  dispose(): void {
    this.#update.dispose();
    this.#accumulation?.step.dispose();
    this.#accumulation?.accumulator.dispose();
  }
}

function halfDone({ step }: StepPlace, cause: unknown): FulgurError {
  return new FulgurError('trainer', {
    what: `Step ${step} failed on its way, which may have left some parameters updated and others not.`,
    fix: 'Correct what it failed of.',
    cause,
  });
}

function lossIsNoNumber(loss: number, { step, epoch, batchIndex }: StepPlace): FulgurError {
  return new FulgurError('trainer', {
    what: `The loss became ${loss} in step ${step} (epoch ${epoch}, batch ${batchIndex}).`,
    why: 'The weights after such a step are useless, so training ends here.',
    fix: 'Try a lower learning rate, warm-up or gradient clipping; --trainer.detectAnomaly true names the operation that makes the first NaN. A checkpoint, where there is one, was written before this step.',
  });
}
