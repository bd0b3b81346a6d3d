import { z } from 'zod';
import type { Json, Notify, RunEventSource, Stateful } from '../../src';
import type { KeepRow, RowFile } from './row-file';
import { RowLogger } from './row-logger';
import { readState, stateNumber } from './read-state';

const savedRows = z.object({ rows: stateNumber.nullish() });

/** A logger of one file that ends with the same bytes whether the run was killed and resumed or not. */
export abstract class RowFileLogger extends RowLogger<RowFile> implements Stateful {
  private resumedRows: number | null = null;

  constructor(
    file: RowFile,
    events: RunEventSource,
    private readonly notify: Notify,
  ) {
    super(file, events);
  }

  /** How many rows there were: exact also where several rows share a step. */
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
      `${this.sink.path} holds ${kept} of the ${this.resumedRows} rows that it had when the checkpoint was saved.`,
    );
  }

  /** Rows that a killed run wrote after its checkpoint are written again by the resumed one, and go. */
  private keepRow(): KeepRow {
    const { resumedRows, resumedStep } = this;
    if (resumedRows !== null) return (index) => index < resumedRows;
    if (resumedStep !== null) return (_, step) => step <= resumedStep;
    return () => true;
  }
}
