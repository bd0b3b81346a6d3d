import type { HookContext, MetricRow, PluginHooks, RunEventSource, RunState } from '../../src';

/** Where a logger's rows go. */
export interface RowSink {
  add(row: MetricRow): void;
  flush(): Promise<void>;
  /** Flushes, and returns only when what was added would survive a power cut. */
  sync(): Promise<void>;
}

/** Collects the rows that the run publishes and writes them at batch ends, so that no write races a step's log. */
export abstract class RowLogger<Sink extends RowSink = RowSink> implements PluginHooks {
  /** The checkpoint's step in a resumed run. */
  protected resumedStep: number | null = null;
  private readonly stopListening: () => void;

  constructor(
    protected readonly sink: Sink,
    events: RunEventSource,
  ) {
    this.stopListening = events.on('metricsLogged', (row) => sink.add(row));
  }

  onLoadCheckpoint(_: HookContext, state: RunState): void {
    this.resumedStep = state.progress.globalStep;
  }

  async onTrainBatchEnd(): Promise<void> {
    await this.sink.flush();
  }

  async onTrainEpochEnd(): Promise<void> {
    await this.sink.flush();
  }

  /** What the checkpoint counts on must be on the disk before it. */
  async onSaveCheckpoint(): Promise<void> {
    await this.sink.sync();
  }

  async teardown(): Promise<void> {
    this.stopListening();
    await this.sink.flush();
  }
}
