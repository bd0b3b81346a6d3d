import type { RunEventBus } from '../../contracts';
import type { MetricStore } from '../log/metric-store';
import type { ProgressCounter } from './progress-counter';

/**
 * Publishes rows of metrics for the loggers. A row of step metrics is published after every `everyNSteps` updates (as
 * in Lightning), at the end of an epoch with fewer updates, and after the very last update, so that even a short run
 * leaves its values behind; a row of epoch metrics at the end of each epoch. A row's `step` is the number of updates
 * done. Only the rank that logs publishes.
 */
export class MetricPublisher {
  constructor(
    private readonly metrics: MetricStore,
    private readonly progress: ProgressCounter,
    private readonly events: RunEventBus,
    private readonly options: { readonly everyNSteps: number; readonly logs: boolean },
  ) {}

  /** After a batch, publishes the row of the update that the batch completed, if one is due. */
  publishStepIfDue(): void {
    if (!this.progress.isUpdate) return;
    const { progress } = this;
    const { globalStep } = progress.resumePoint;
    const isDue = globalStep % this.options.everyNSteps === 0;
    if (isDue || (this.isEpochShort && progress.isEpochComplete()) || progress.isLastUpdateDone()) {
      this.publishStep();
    }
  }

  /**
   * Reports that loggers get fewer rows than `everyNSteps` suggests; the row of a single update is published anyway.
   */
  sayWhatIsLeftOut(): void {
    const { updatesInEpoch } = this.progress;
    if (!this.options.logs || !this.isEpochShort || updatesInEpoch === 1) return;
    if (!this.events.isHeard('metricsLogged')) return;
    this.events.emit(
      'message',
      'info',
      `An epoch has ${updatesInEpoch} updates, but trainer.logEveryNSteps is ${this.options.everyNSteps}: ` +
        'step metrics are logged at the end of each epoch. Lower it to log them more often.',
    );
  }

  private get isEpochShort(): boolean {
    return this.progress.updatesInEpoch < this.options.everyNSteps;
  }

  publishStep(): void {
    this.#publish('step', this.metrics.takeStepRow());
  }

  publishEpoch(): void {
    this.#publish('epoch', this.metrics.takeEpochRow());
  }

  /** After a validation, publishes its metrics. */
  publishValidation(values: Readonly<Record<string, number>>): void {
    this.#publish('epoch', values);
  }

  #publish(kind: 'step' | 'epoch', values: Readonly<Record<string, number>>): void {
    if (!this.options.logs || Object.keys(values).length === 0) return;
    const { epoch, globalStep } = this.progress.snapshot();
    this.events.emit('metricsLogged', { kind, epoch, step: globalStep, values });
  }
}
