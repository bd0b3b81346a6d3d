import type { MetricPublisher } from '../fit/metric-publisher';
import type { ProgressCounter } from '../fit/progress-counter';
import { endingOf } from '../run-control';
import type { ValidationPlan } from '../run-plan';
import type { TrainerScope } from '../trainer-scope';
import type { EvaluationLoop } from './evaluation-loop';

interface ValidationParts {
  readonly plan: ValidationPlan;
  readonly loop: Pick<EvaluationLoop<never>, 'run'>;
  readonly progress: ProgressCounter;
  readonly publisher: MetricPublisher;
}

/** The validation of a fit: decides when it is due, and runs it once each time. */
export class Validation {
  readonly #scope: Pick<TrainerScope<never>, 'hooks' | 'parts'>;
  readonly #parts: ValidationParts;

  constructor(scope: Pick<TrainerScope<never>, 'hooks' | 'parts'>, parts: ValidationParts) {
    this.#scope = scope;
    this.#parts = parts;
  }

  /** Evaluates a few batches before training, so that a mistake in validation is noticed before an epoch has passed. */
  async sanityCheck(): Promise<void> {
    const { plan, loop } = this.#parts;
    const { hooks } = this.#scope;
    if (plan.sanityBatches === 0) return;
    await hooks.call('onSanityCheckStart', []);
    const done = await this.#evaluating(() =>
      loop.run({ batches: plan.sanityBatches, sanityCheck: true, publish: () => undefined }),
    );
    if (done !== null) await hooks.call('onSanityCheckEnd', []);
  }

  /** Validates if that is due after the batches done so far, and returns whether it did. */
  async runIfDue(): Promise<boolean> {
    const { plan, progress } = this.#parts;
    const { nextBatch, validated } = progress.resumePoint;
    const atInterval =
      plan.everyNBatches === null ? progress.isEpochComplete() : nextBatch % plan.everyNBatches === 0;
    if (validated === true || !atInterval) return false;
    await this.#run();
    return true;
  }

  /** Validates, if due, after an epoch that a hook ended before its last batch. */
  async runAtEarlyEnd(): Promise<void> {
    const { plan, progress } = this.#parts;
    if (plan.everyNBatches === null && progress.resumePoint.validated !== true) await this.#run();
  }

  async #run(): Promise<void> {
    const { plan, loop, progress, publisher } = this.#parts;
    if ((progress.resumePoint.epoch + 1) % plan.everyNEpochs !== 0) return;
    await this.#evaluating(() =>
      loop.run({
        batches: plan.batches,
        sanityCheck: false,
        publish: (values) => {
          // From here on, the state that monitors save records the validation as done.
          progress.finishValidation();
          publisher.publishValidation(values);
        },
      }),
    );
  }

  /** Ranks learn only between two steps that the user ends the run. */
  #evaluating<T>(work: () => Promise<T>): Promise<T> {
    const { control } = this.#scope.parts;
    return control.during(endingOf(control, 'validation'), work);
  }
}
