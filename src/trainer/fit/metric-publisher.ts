import type { RunEventBus } from '../../contracts';
import type { MetricStore } from '../log/metric-store';
import type { ProgressCounter } from './progress-counter';

/**
 * Publishes rows of metrics for the loggers: of a step after every `everyNSteps` updates (as Lightning), at the end of an
 * epoch that has fewer, and after the very last one, so that a short run leaves its values behind; of an epoch at its end. A
 * row's `step` counts the updates done. Only the rank that logs publishes.
 */
export class MetricPublisher {
  constructor(
    private readonly metrics: MetricStore,
    private readonly progress: ProgressCounter,
    private readonly events: RunEventBus,
    private readonly options: { readonly everyNSteps: number; readonly logs: boolean },
  ) {}

  /** After a batch: publishes the row of the update that it ended, where one is due. */
  publishStepIfDue(): void {
    if (!this.progress.isUpdate) return;
    const { progress } = this;
    const { globalStep } = progress.resumePoint;
    const isDue = globalStep % this.options.everyNSteps === 0;
    if (isDue || (this.isEpochShort && progress.isEpochComplete()) || progress.isLastUpdateDone()) {
      this.publishStep();
    }
  }

  /** Says so where loggers get fewer rows than `everyNSteps` lets expect; the row of a single update is published anyway. */
  sayWhatIsLeftOut(): void {
    const { updatesInEpoch } = this.progress;
    if (!this.options.logs || !this.isEpochShort || updatesInEpoch === 1) return;
    if (!this.events.isHeard('metricsLogged')) return;
    this.events.emit(
      'message',
      'info',
      `An epoch has ${updatesInEpoch} updates, and trainer.logEveryNSteps is ${this.options.everyNSteps}: ` +
        'metrics of steps are logged at the end of each epoch. Lower it to log them more often.',
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

  /** After a validation: publishes what it measured. */
  publishValidation(values: Readonly<Record<string, number>>): void {
    this.#publish('epoch', values);
  }

  #publish(kind: 'step' | 'epoch', values: Readonly<Record<string, number>>): void {
    if (!this.options.logs || Object.keys(values).length === 0) return;
    const { epoch, globalStep } = this.progress.snapshot();
    this.events.emit('metricsLogged', { kind, epoch, step: globalStep, values });
  }
}
