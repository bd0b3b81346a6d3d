import type { ResumePoint } from '../../contracts';
import type { Participant } from '../hooks/participants';

/** Tells by which epoch a metric should have been measured, as far as plugins and the validation's interval say. */
export class MetricSchedule {
  readonly #participants: readonly Participant[];
  readonly #progress: { readonly resumePoint: ResumePoint };
  readonly #firstEpoch: number;

  /** @param progress where the fit stands; it is not begun yet. */
  constructor(participants: readonly Participant[], progress: { readonly resumePoint: ResumePoint }) {
    this.#participants = participants;
    this.#progress = progress;
    this.#firstEpoch = progress.resumePoint.epoch;
  }

  /**
   * Whether the fit has come to a moment at which the metric is measured. A metric that no plugin announces may be one of
   * training or of validation, so it is due at the end of an epoch that validates.
   *
   * @param validationEvery epochs between two validations; `null` for a fit without.
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
