import type { ResumePoint } from '../../contracts';
import type { Participant } from '../hooks/participants';

/**
 * Returns the epoch by which a metric should have been measured, according to the plugins and the validation interval.
 */
export class MetricSchedule {
  readonly #participants: readonly Participant[];
  readonly #progress: { readonly resumePoint: ResumePoint };
  readonly #firstEpoch: number;

  /** @param progress the position of the fit, which has not started yet. */
  constructor(participants: readonly Participant[], progress: { readonly resumePoint: ResumePoint }) {
    this.#participants = participants;
    this.#progress = progress;
    this.#firstEpoch = progress.resumePoint.epoch;
  }

  /**
   * Whether the fit has reached a point at which the metric is measured. A metric that no plugin announces may be one
   * of training or of validation, so it is due at the end of an epoch with validation.
   * @param validationEvery the number of epochs between two validations; `null` for a fit without validation.
   */
  isDue(metric: string, validationEvery: number | null): boolean {
    const { epoch: epochs } = this.#progress.resumePoint;
    const announced = this.#participants
      .flatMap(({ hooks }) => hooks.measures?.() ?? [])
      .filter((planned) => planned.metric === metric)
      .map(({ everyNEpochs }) => everyNEpochs);
    const every = announced.length > 0 ? Math.min(...announced) : (validationEvery ?? 1);
    return Math.floor(epochs / every) > Math.floor(this.#firstEpoch / every);
  }
}
