import { FulgurError } from '../../errors';
import type { CompiledStep, StepOutputs } from '../../strategy';

/** What running one step gave. */
export interface StepOutcome extends StepOutputs<number> {
  readonly seconds: number;
}

/** Runs the compiled step, one batch at a time, and refuses to go on from a loss that is no number. */
export class StepRunner<B> {
  readonly #step: CompiledStep<B>;
  #running = false;
  #spoiled: FulgurError | null = null;

  constructor(step: CompiledStep<B>) {
    this.#step = step;
  }

  /** @throws FulgurError `trainer` when the loss is NaN or infinite; the weights are then of no more use. */
  async run(batch: B, place: { step: number; epoch: number; batchIndex: number }): Promise<StepOutcome> {
    this.#running = true;
    const started = performance.now();
    try {
      const outputs = await this.#step(batch);
      const seconds = (performance.now() - started) / 1000;
      if (!Number.isFinite(outputs.loss)) {
        this.#spoiled = lossIsNoNumber(outputs.loss, place);
        throw this.#spoiled;
      }
      return { ...outputs, seconds };
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
    if (this.#running) {
      throw new FulgurError('trainer', {
        what: "The run's state was asked for in the middle of a step.",
        why: 'Weights and counters do not belong together then.',
        fix: 'Capture it in a host hook, such as onTrainBatchEnd, and wait for it.',
      });
    }
  }

  dispose(): void {
    this.#step.dispose();
  }
}

function lossIsNoNumber(
  loss: number,
  { step, epoch, batchIndex }: { step: number; epoch: number; batchIndex: number },
): FulgurError {
  return new FulgurError('trainer', {
    what: `The loss became ${loss} in step ${step} (epoch ${epoch}, batch ${batchIndex}).`,
    why: 'The weights after such a step are useless, so training ends here.',
    fix: 'Try a lower learning rate, warm-up or gradient clipping, and look for divisions by zero and logarithms of zero in trainingStep; the last checkpoint was written before this step.',
  });
}
