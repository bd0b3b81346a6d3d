import { z } from 'zod';
import type {
  HookContext,
  Json,
  MetricRow,
  Notify,
  PluginHooks,
  RunEventSource,
  RunState,
  Stateful,
} from '../../src';
import { AppendedFile } from './appended-file';
import { readState, stateNumber } from './read-state';

/** The file to which a logger's rows are appended. They wait in memory until `flush`. */
export abstract class RowSink<Row = MetricRow> {
  private readonly waiting: Row[] = [];
  private place: AppendedFile | null = null;

  /** @param path of the file; if omitted, `open` sets it. */
  constructor(path?: string) {
    if (path !== undefined) this.open(path);
  }

  open(path: string): void {
    this.place = new AppendedFile(path, () => this.waitingRows);
  }

  get path(): string {
    return this.file.path;
  }

  protected get file(): AppendedFile {
    if (this.place === null) throw new Error("the logger's file has not been opened");
    return this.place;
  }

  protected get waitingRows(): number {
    return this.waiting.length;
  }

  /** Accepts a row that the run logged. */
  abstract add(row: MetricRow): void;

  /**
   * Writes the waiting rows to the disk. If that fails, they and any rows added in the meantime keep waiting.
   *
   * @throws FulgurError `plugin`, naming the file.
   */
  async flush(): Promise<void> {
    if (this.waiting.length === 0 || this.place === null) return;
    const rows = [...this.waiting];
    await this.write(rows);
    this.waiting.splice(0, rows.length);
  }

  /** Flushes, and resolves only when the added rows would survive a power cut. */
  async sync(): Promise<void> {
    await this.flush();
    await this.place?.sync();
  }

  /** Queues a row in the form in which it will be written. */
  protected keep(row: Row): void {
    this.waiting.push(row);
  }

  /** Adds rows to the file, or throws and adds none. */
  protected abstract write(rows: readonly Row[]): Promise<void>;
}

/**
 * Collects the rows that the run publishes and writes them at the end of batches, so that no write competes with a
 * step's log.
 */
export abstract class RowLogger<Sink extends Pick<RowSink, 'add' | 'flush' | 'sync'>> implements PluginHooks {
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

  /** The rows that a checkpoint refers to must be on the disk before it. */
  async onSaveCheckpoint(): Promise<void> {
    await this.sink.sync();
  }

  async teardown(): Promise<void> {
    this.stopListening();
    await this.sink.flush();
  }
}

/** Selects rows by their index, from 0, and their step. */
export type KeepRow = (index: number, step: number) => boolean;

/** A file of metrics, with one row per logging event, that a resumed run continues. */
export abstract class RowFile extends RowSink {
  /** Number of rows in the file. */
  protected written = 0;

  /** Number of rows in the file and waiting. */
  get rowCount(): number {
    return this.written + this.waitingRows;
  }

  override add(row: MetricRow): void {
    this.keep(row);
  }

  /**
   * Opens the existing file, if any: keeps the rows that `keep` selects, and drops a half-written last one.
   *
   * @returns the number of rows that were kept.
   */
  abstract reopen(keep: KeepRow): Promise<number>;

  /** Adds rows to the file and to `written`, or throws and adds none. */
  protected abstract override write(rows: readonly MetricRow[]): Promise<void>;
}

const savedRows = z.object({ rows: stateNumber.nullish() });

/** A logger with one file, which ends up with the same bytes whether the run was killed and resumed or not. */
export abstract class RowFileLogger extends RowLogger<RowFile> implements Stateful {
  private resumedRows: number | null = null;

  constructor(
    file: RowFile,
    events: RunEventSource,
    private readonly notify: Notify,
  ) {
    super(file, events);
  }

  /** Number of rows at the checkpoint: exact even if several rows share a step. */
  pluginState(): Json {
    return { rows: this.sink.rowCount };
  }

  restorePluginState(state: Json): void {
    this.resumedRows = readState(savedRows.nullable(), state)?.rows ?? null;
  }

  async onFitStart(): Promise<void> {
    const kept = await this.sink.reopen(this.keepRow());
    if (this.resumedRows === null || kept >= this.resumedRows) return;
    this.notify(
      'warning',
      `${this.sink.path} contains ${kept} of the ${this.resumedRows} rows that it had when the checkpoint was saved.`,
    );
  }

  /** Rows that a killed run wrote after its checkpoint are removed, as the resumed run writes them again. */
  private keepRow(): KeepRow {
    const { resumedRows, resumedStep } = this;
    if (resumedRows !== null) return (index) => index < resumedRows;
    if (resumedStep !== null) return (_, step) => step <= resumedStep;
    return () => true;
  }
}
