import type { Participant } from '../hooks/hook-order';

/** Tells by which epoch a metric should have been measured, as far as plugins and the validation's interval say. */
export class MetricSchedule {
  readonly #participants: readonly Participant[];
  readonly #firstEpoch: number;

  /** @param firstEpoch epochs that were finished when the fit began or was resumed. */
  constructor(participants: readonly Participant[], firstEpoch: number) {
    this.#participants = participants;
    this.#firstEpoch = firstEpoch;
  }

  /**
   * Whether the fit has come to a moment at which the metric is measured. A metric that no plugin announces may be one of
   * training or of validation, so it is due at the end of an epoch that validates.
   *
   * @param epochs finished epochs.
   * @param validationEvery epochs between two validations; `null` for a fit without.
   */
  isDue(metric: string, epochs: number, validationEvery: number | null): boolean {
    const announced = this.#participants
      .flatMap(({ hooks }) => hooks.measures?.() ?? [])
      .filter((planned) => planned.metric === metric)
      .map(({ everyNEpochs }) => everyNEpochs);
    const every = announced.length > 0 ? Math.min(...announced) : (validationEvery ?? 1);
    return Math.floor(epochs / every) > Math.floor(this.#firstEpoch / every);
  }
}
