import { Plugin, inject, tokens } from '../../src';
import type {
  HookContext,
  Json,
  Notify,
  PluginHooks,
  RunEventSource,
  RunFolder,
  RunState,
  Stateful,
} from '../../src';
import { MetricsFile } from './metrics-file';
import type { KeepRow } from './metrics-file';
import type { CsvLoggerSettings } from './options';

/** Collects the rows that the run publishes and writes them at batch ends, so that no write races a step's log. */
@Plugin({ name: 'csv-logger' })
export class CsvLogger implements PluginHooks, Stateful {
  private readonly file: MetricsFile;
  private readonly stopListening: () => void;
  private resumedRows: number | null = null;
  private resumedStep: number | null = null;

  constructor(
    @inject(tokens.pluginOptions) { fileName }: CsvLoggerSettings,
    @inject(tokens.events) events: RunEventSource,
    @inject(tokens.runFolder) folder: RunFolder,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {
    this.file = new MetricsFile(folder.resolve(fileName));
    this.stopListening = events.on('metricsLogged', (row) => this.file.add(row));
  }

  /** How many rows there were: exact also where several rows share a step. */
  pluginState(): Json {
    return { rows: this.file.rowCount };
  }

  restorePluginState(state: Json): void {
    const rows = (state as { readonly rows?: Json } | null)?.rows;
    this.resumedRows = typeof rows === 'number' ? rows : null;
  }

  onLoadCheckpoint(_: HookContext, state: RunState): void {
    this.resumedStep = state.progress.globalStep;
  }

  async onFitStart(): Promise<void> {
    const kept = await this.file.reopen(this.keepRow());
    if (this.resumedRows === null || kept >= this.resumedRows) return;
    this.notify(
      'warning',
      `${this.file.path} holds ${kept} of the ${this.resumedRows} rows that it had when the checkpoint was saved.`,
    );
  }

  async onTrainBatchEnd(): Promise<void> {
    await this.file.flush();
  }

  async onTrainEpochEnd(): Promise<void> {
    await this.file.flush();
  }

  /** What the checkpoint counts on must be on the disk before it. */
  async onSaveCheckpoint(): Promise<void> {
    await this.file.sync();
  }

  async teardown(): Promise<void> {
    this.stopListening();
    await this.file.flush();
  }

  /** Rows that a killed run wrote after its checkpoint are written again by the resumed one, and go. */
  private keepRow(): KeepRow {
    const { resumedRows, resumedStep } = this;
    if (resumedRows !== null) return (index) => index < resumedRows;
    if (resumedStep !== null) return (_, step) => step <= resumedStep;
    return () => true;
  }
}
