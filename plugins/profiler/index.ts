import { z } from 'zod';
import { Plugin, definePlugin, inject, jsonText, tokens, traceOperations, writeWhole } from '../../src';
import type {
  BatchResult,
  HookContext,
  Json,
  Notify,
  OperationTrace,
  PluginDescriptor,
  PluginFolder,
  PluginHooks,
  RunEventSource,
  TracedCall,
} from '../../src';
import { PhaseClock } from './phase-clock';
import { byFunction, operationTables, tableText } from './tables';

export { operationTables } from './tables';
export type { OperationTable } from './tables';

const operations = z.strictObject({
  /** Number of updates to examine. */
  steps: z.int().positive().default(1),
  /** Number of batches of this run to skip before that. */
  after: z.int().nonnegative().default(3),
});

const schema = z.strictObject({
  /** Also measure TensorFlow's operations within a training step; an object selects the steps. */
  operations: z
    .union([z.boolean(), operations], 'expected true, false, or an object with steps and after')
    .default(false)
    .transform((value) => (value === true ? operations.parse({}) : value)),
  /** Number of rows of each table that are printed; the files contain all rows. */
  rows: z.int().positive().default(15),
});

/** Options of `profiler()`. */
export type ProfilerOptions = z.input<typeof schema>;

/** Watches the run from its start, and reports at its end, after all other plugins. */
@Plugin({
  name: 'profiler',
  help: "shows where the time goes, down to TensorFlow's operations",
  order: 'monitor',
  ranks: 'first',
  options: schema,
})
export class Profiler implements PluginHooks {
  private readonly clock: PhaseClock;
  private trace: OperationTrace | null = null;
  private traced: readonly TracedCall[] = [];
  private batches = 0;
  private updates = 0;

  private readonly phaseFile: string;
  private readonly operationFile: string;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.events) events: RunEventSource,
    @inject(tokens.runFolder) folder: PluginFolder,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {
    this.phaseFile = folder.claim('profile.json');
    this.operationFile = folder.claim('operations.json');
    this.clock = new PhaseClock(events);
  }

  onTrainBatchStart(): void {
    const { operations } = this.options;
    if (operations === false || this.batches++ < operations.after) return;
    if (this.updates < operations.steps) this.trace ??= traceOperations();
  }

  /** By now the other plugins have run: their compiled functions are among the calls. */
  onTrainBatchEnd(_: HookContext, { updated }: BatchResult): void {
    const { operations } = this.options;
    if (this.trace === null || operations === false) return;
    this.clock.setAside();
    if (updated) this.updates += 1;
    if (this.updates >= operations.steps) this.endTrace();
  }

  /** Defined so that every save is observed, even if no other plugin takes part in it. */
  onSaveCheckpoint(): void {}

  onException(): void {
    this.endTrace();
  }

  async teardown(): Promise<void> {
    this.endTrace();
    this.clock.stop();
    await this.reportPhases();
    if (this.traced.length > 0) await this.reportOperations();
  }

  private endTrace(): void {
    if (this.trace === null) return;
    this.traced = this.trace.end();
    this.trace = null;
  }

  private async reportPhases(): Promise<void> {
    const times = this.clock.read();
    const { rows } = this.options;
    const path = this.phaseFile;
    await write(path, { seconds: times.seconds, phases: toJson(times.phases), hooks: toJson(times.hooks) });
    this.say(`Profile of ${times.seconds.toFixed(1)} s, in ${path}:`, [
      tableText('phase', times.phases, times.seconds, rows),
      '',
      tableText('hook', times.hooks, times.seconds, rows),
    ]);
  }

  private async reportOperations(): Promise<void> {
    const functions = byFunction(this.traced);
    const path = this.operationFile;
    await write(path, {
      functions: functions.map(({ types, ...times }) => ({ ...times, types: toJson(types) })),
      calls: this.traced.map(({ name, operations }) => ({
        name,
        operations: operations.map((operation) => ({ ...operation })),
      })),
    });
    for (const { title, text } of operationTables(this.traced, this.options.rows)) {
      this.say(`Operations of ${title}, in ${path}:`, [text]);
    }
  }

  private say(title: string, tables: readonly string[]): void {
    for (const line of [title, ...tables.flatMap((table) => table.split('\n'))]) this.notify('info', line);
  }
}

function toJson(times: Readonly<Record<string, { readonly count: number; readonly seconds: number }>>): Json {
  return Object.fromEntries(Object.entries(times).map(([name, spent]) => [name, { ...spent }]));
}

function write(path: string, value: Json): Promise<void> {
  return writeWhole(path, Buffer.from(`${jsonText(value, 1)}\n`));
}

/**
 * Shows where a run's time went, as Lightning's `SimpleProfiler` does: waiting for data, steps, every hook of every
 * plugin, validation, saving, and the rest. It prints a table at the end of the run and writes `profile.json` to the
 * run's folder. With `operations` it also examines a training step: it prints TensorFlow's operations by kind, after
 * TensorFlow's own rewrites, and writes them to `operations.json`. An examined step takes some seconds longer; training
 * itself does not change. `docs/profiling.md` explains how to read both.
 *
 * ```ts
 * plugins: [profiler({ operations: true })]
 * ```
 */
export function profiler(options: ProfilerOptions = {}): PluginDescriptor {
  return definePlugin(Profiler, options);
}
