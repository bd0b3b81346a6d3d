import { join } from 'node:path';
import { z } from 'zod';
import {
  FulgurError,
  Plugin,
  definePlugin,
  inject,
  isInterruption,
  messageOf,
  suggestion,
  tokens,
} from '../../src';
import type {
  BatchResult,
  CheckpointReader,
  HookContext,
  Notify,
  PluginDescriptor,
  PluginFolder,
  PluginHooks,
  Ranks,
  RunSettings,
  RunState,
  RunStateAccess,
} from '../../src';
import { CheckpointFinder, checkpointsFolder } from './checkpoint-finder';
import { recallCheckpoint } from './checkpoint-folder';
import type { CheckpointManifest, StoredCheckpoint } from './checkpoint-folder';
import { checkpointName, metricsIn, problemOfTemplate } from './checkpoint-name';
import { CheckpointStore, best, expendable } from './checkpoint-store';

const interval = z.number().int().positive().nullable();

const schema = z
  .strictObject({
    /** Save at the end of every Nth epoch; `null` for never. */
    everyNEpochs: interval.default(1),
    /** Save after every Nth optimiser update; `null` for never. */
    everyNSteps: interval.default(null),
    /** Save at the first update that ends at least this many seconds after the last save; `null` for never. */
    everyNSeconds: z.number().positive().nullable().default(null),
    /** Save after each validation in the middle of an epoch. */
    afterValidation: z.boolean().default(true),
    /** Save when training ends, unless that state has already been saved. */
    saveOnTrainEnd: z.boolean().default(true),
    /** Save when the run fails or is interrupted. */
    saveOnException: z.boolean().default(true),
    /**
     * Keep the newest checkpoints, whatever their metric. Otherwise only the best are saved, along with the one that a
     * failed or interrupted run leaves behind, until there is a newer one.
     */
    saveLast: z.boolean().default(true),
    /** Number of newest checkpoints to keep besides the best, in case the last one is damaged; `'all'` deletes none. */
    keepLast: z
      .union([z.number().int().positive(), z.literal('all')], "expected a positive whole number or 'all'")
      .default(2),
    /** The logged metric that ranks checkpoints; with `null` none is best. */
    monitor: z.string().min(1).nullable().default(null),
    /** Report an error if the monitor has not been logged by the end of an epoch in which it should have been. */
    strict: z.boolean().default(true),
    /** Whether small or large values of `monitor` are better. */
    mode: z.enum(['min', 'max']).default('min'),
    /** Number of best checkpoints by `monitor` to keep. */
    saveTopK: z
      .number()
      .int()
      .positive("expected a positive whole number; keepLast: 'all' keeps all, monitor: null ranks none")
      .default(1),
    /**
     * Name of a checkpoint's folder. `{epoch}`, `{step}` and names of metrics stand for their values, optionally with a
     * Python format: `epoch={epoch:02d}-loss={val/loss:.3f}` becomes `epoch=03-loss=0.512`. A metric that has not yet
     * been logged becomes `none`. Nothing is inserted automatically, as with Lightning's
     * `auto_insert_metric_name=False`. If a name is taken, `-v2` is appended.
     */
    filename: z
      .string()
      .superRefine((template, context) => {
        const problem = problemOfTemplate(template);
        if (problem !== null) context.addIssue(`expected ${problem}`);
      })
      .default('epoch={epoch}-step={step}'),
  })
  .refine(({ saveLast, monitor }) => saveLast || monitor !== null, {
    message: 'saveLast: false without a monitor would keep nothing',
  });

/** Options of `checkpointing()`. */
export type CheckpointingOptions<Metric extends string = string> = z.input<typeof schema> & {
  readonly monitor?: Metric | null;
};

/**
 * Saves at the moments that its options name, after all other plugins' hooks, and reads checkpoints to resume from.
 * With several ranks, the first one writes what all of them contribute.
 */
@Plugin({
  name: 'checkpointing',
  help: 'saves each epoch and at the end, keeps the last and the best, resumes',
  order: 'last',
  provides: [tokens.checkpointReader],
  options: schema,
})
export class Checkpointing implements PluginHooks, CheckpointReader {
  private readonly store: CheckpointStore;
  private readonly finder: CheckpointFinder;
  /** Progress of training at the last save. */
  private saved: RunState['progress'] | null = null;
  private pointedBest: StoredCheckpoint | null = null;
  private savedAt = performance.now();
  /** Metrics in the file name that were not logged and have been reported. */
  private readonly saidToLack = new Set<string>();
  /** Whether there is a state to save: there is none in an evaluation, or if a run could not begin. */
  private fitting = false;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.runFolder) folder: PluginFolder,
    @inject(tokens.settings) private readonly settings: RunSettings,
    @inject(tokens.runState) private readonly runState: RunStateAccess,
    @inject(tokens.notify) private readonly notify: Notify,
    @inject(tokens.ranks) private readonly ranks: Ranks,
  ) {
    const home = folder.claim(checkpointsFolder);
    this.store = new CheckpointStore(home);
    this.finder = new CheckpointFinder(home, notify, options.monitor !== null);
  }

  read(selector: string): Promise<{ state: RunState; path: string }> {
    return this.finder.read(selector);
  }

  onLoadCheckpoint(_: HookContext, { progress }: RunState): void {
    this.saved = progress;
  }

  async onFitStart(): Promise<void> {
    this.savedAt = performance.now();
    if (this.settings.enableCheckpointing && this.ranks.rank === 0) await this.store.open();
    this.fitting = true;
  }

  async onTrainBatchEnd(context: HookContext, { updated }: BatchResult): Promise<void> {
    const { globalStep } = context.progress;
    const { everyNSteps, everyNSeconds } = this.options;
    if (!updated || this.epochEndFollows(context)) return;
    if (isDue(globalStep, everyNSteps)) return this.save(context, `step ${globalStep}`);
    if (everyNSeconds === null) return;
    const seconds = (performance.now() - this.savedAt) / 1000;
    // Clocks differ between ranks, but all ranks save together.
    if (await this.ranks.anyRank(seconds >= everyNSeconds)) {
      await this.save(context, `step ${globalStep}, ${Math.round(seconds)} s after the last save`);
    }
  }

  /** In the middle of an epoch: the validated weights are those that a monitor ranks. */
  async onValidationEnd(context: HookContext): Promise<void> {
    const { globalStep, batchIndex, batchesPerEpoch } = context.progress;
    if (context.stage !== 'fit' || !this.options.afterValidation || batchIndex + 1 >= batchesPerEpoch) return;
    await this.save(context, `validation after step ${globalStep}`);
  }

  async onTrainEpochEnd(context: HookContext): Promise<void> {
    const { epoch } = context.progress;
    await this.requireMonitor(context);
    if (this.isDueAtEpochEnd(context)) await this.save(context, `end of epoch ${epoch}`);
  }

  async onTrainEnd(context: HookContext): Promise<void> {
    if (this.options.saveOnTrainEnd) await this.save(context, 'end of training');
    if (!this.sayIfNothingIsKept()) this.sayIfNothingIsRanked(context);
  }

  /** A failure to save must not hide why the run ended. */
  async onException(context: HookContext, error: unknown): Promise<void> {
    if (!this.fitting || !this.options.saveOnException || context.progress.globalStep === 0) return;
    const interrupted = isInterruption(error);
    // All ranks collect the state together, and the ranks of a failed run may be gone.
    if (!interrupted && this.ranks.worldSize > 1) return;
    try {
      await this.save(context, interrupted ? rescues.interrupted : rescues.failure, {
        afterFailure: !interrupted,
      });
    } catch (problem) {
      this.notify(
        'warning',
        `The state at the end of the run could not be saved. ${(problem as Error).message}`,
      );
    }
  }

  private async save(context: HookContext, reason: string, { afterFailure = false } = {}): Promise<void> {
    if (!this.settings.enableCheckpointing) return;
    const state = await this.runState.capture();
    if (this.saved !== null && samePoint(this.saved, state.progress)) return;
    this.savedAt = performance.now();
    if (this.ranks.rank > 0) return;
    const broken = afterFailure ? firstBroken(state) : null;
    if (broken !== null) {
      this.notify(
        'warning',
        `The state at the failure was not saved: ${broken} contains numbers that are not finite.`,
      );
      return;
    }
    const score = this.scoreAt(context, state.progress.globalStep);
    // What would be deleted at once is neither saved nor reported as saved.
    if (!this.isToBeKept(score, reason)) return;
    this.sayWhatTheNameLacks(context);
    const { epoch } = context.progress;
    const name = checkpointName(this.options.filename, {
      ...context.metrics,
      epoch,
      step: state.progress.globalStep,
    });
    const checkpoint = await this.store.save(name, state, { reason, monitor: score });
    this.saved = state.progress;
    this.savedAt = performance.now();
    await this.point(checkpoint);
    // The state at a failure may already contain its cause: earlier checkpoints are kept until the next save.
    if (!afterFailure) await this.prune();
    this.notify('info', `Saved checkpoint ${checkpoint.name} (${reason}).`);
  }

  /** Returns the metric that ranks a checkpoint: only one measured with the checkpoint's own weights counts. */
  private scoreAt({ measured }: HookContext, globalStep: number): CheckpointManifest['monitor'] {
    const { monitor } = this.options;
    if (monitor === null) return null;
    const measurement = measured(monitor);
    if (measurement?.step !== globalStep || Number.isNaN(measurement.value)) return null;
    return { name: monitor, value: measurement.value };
  }

  /** Warns once about each metric of the template that should have been logged by now: a misspelt one would stay `none`. */
  private sayWhatTheNameLacks({ metrics, isDue: isMetricDue }: HookContext): void {
    const names = Object.keys(metrics);
    for (const name of metricsIn(this.options.filename)) {
      if (names.includes(name) || this.saidToLack.has(name) || !isMetricDue(name)) continue;
      this.saidToLack.add(name);
      this.notify(
        'warning',
        `'${name}' in the filename of checkpointing() was not logged, so it appears as 'none' in names. ${suggestion(name, names)}`.trim(),
      );
    }
  }

  private isToBeKept(score: CheckpointManifest['monitor'], reason: string): boolean {
    const candidate = {
      stored: null,
      name: 'the next',
      sequence: this.store.nextSequence,
      score: score?.value ?? null,
      isRescue: isRescue(reason),
    };
    return !expendable([...this.ranked(), candidate], this.options).includes(candidate);
  }

  /**
   * @throws FulgurError `plugin`, on all ranks, if a due monitor was not logged; only the first rank has most metrics.
   */
  private async requireMonitor({ metrics, measured, isDue: isMetricDue }: HookContext): Promise<void> {
    const { monitor, strict } = this.options;
    if (monitor === null || !strict || !this.settings.enableCheckpointing) return;
    const isMissing = this.ranks.rank === 0 && measured(monitor) === undefined && isMetricDue(monitor);
    if (await this.ranks.anyRank(isMissing)) throw neverLogged(monitor, metrics);
  }

  /** @returns whether anything had to be saved. */
  private sayIfNothingIsKept(): boolean {
    const { saveLast, monitor } = this.options;
    if (saveLast || !this.settings.enableCheckpointing || this.ranks.rank > 0) return false;
    if (this.store.checkpoints.length > 0) return false;
    this.notify(
      'warning',
      `checkpointing() saved nothing: saveLast is false, and ${monitor} was never measured when it could rank a checkpoint.`,
    );
    return true;
  }

  private sayIfNothingIsRanked({ measured }: HookContext): void {
    const { monitor } = this.options;
    const measurement = monitor === null ? undefined : measured(monitor);
    if (!this.settings.enableCheckpointing || this.ranks.rank > 0) return;
    if (measurement === undefined || Number.isNaN(measurement.value)) return;
    if (this.ranked().some(({ score }) => score !== null)) return;
    this.notify(
      'warning',
      `checkpointing() could not rank any checkpoint by ${monitor}: it was last measured at step ${measurement.step}, and nothing ` +
        'was saved at the steps at which it was measured. Save at those steps too, with everyNEpochs or everyNSteps.',
    );
  }

  private async point(checkpoint: StoredCheckpoint): Promise<void> {
    await this.store.point('last', checkpoint);
    const [first] = best(this.ranked(), this.options.mode);
    if (first === undefined || first.stored === this.pointedBest) return;
    await this.store.point('best', first.stored);
    this.pointedBest = first.stored;
  }

  private async prune(): Promise<void> {
    for (const { stored } of expendable(this.ranked(), this.options)) {
      try {
        await this.store.remove(stored);
      } catch (error) {
        // Training does not depend on this, and the next save tries again.
        this.notify('warning', messageOf(error));
      }
    }
  }

  /** Scores by another metric, from an earlier run in the same folder, rank nothing. */
  private ranked() {
    return this.store.checkpoints.map((stored) => {
      const { monitor, sequence, reason } = stored.manifest;
      const score = monitor !== null && monitor.name === this.options.monitor ? monitor.value : null;
      return { stored, name: stored.name, sequence, score, isRescue: isRescue(reason) };
    });
  }

  /** After an epoch's last batch, the measurements at its end are still to come. */
  private epochEndFollows(context: HookContext): boolean {
    const { batchIndex, batchesPerEpoch } = context.progress;
    return batchIndex + 1 >= batchesPerEpoch && this.isDueAtEpochEnd(context);
  }

  private isDueAtEpochEnd({ progress }: HookContext): boolean {
    const { everyNEpochs, everyNSteps, monitor } = this.options;
    if (isDue(progress.epoch + 1, everyNEpochs)) return true;
    const isLastBatch = progress.batchIndex + 1 >= progress.batchesPerEpoch;
    return monitor !== null && isLastBatch && isDue(progress.globalStep, everyNSteps);
  }
}

function isDue(count: number, every: number | null): boolean {
  return every !== null && count > 0 && count % every === 0;
}

function samePoint(a: RunState['progress'], b: RunState['progress']): boolean {
  return (
    a.epoch === b.epoch &&
    a.nextBatch === b.nextBatch &&
    a.globalStep === b.globalStep &&
    a.validated === b.validated
  );
}

/** Why a run that ends early saves its state. */
const rescues = { interrupted: 'interrupted', failure: 'failure' } as const;

function isRescue(reason: string): boolean {
  return reason === rescues.interrupted || reason === rescues.failure;
}

function neverLogged(monitor: string, metrics: Readonly<Record<string, number>>): FulgurError {
  const names = Object.keys(metrics);
  return new FulgurError('plugin', {
    what: `checkpointing() ranks checkpoints by '${monitor}', which was not logged.`,
    why: names.length === 0 ? 'Nothing was.' : `The logged metrics are ${names.join(', ')}.`,
    fix: `${suggestion(monitor, names)}Monitor a logged metric, or pass strict: false to wait for it.`,
  });
}

/** Returns the first weight from which training cannot recover. */
function firstBroken({ weights }: RunState): string | null {
  for (const [name, { data }] of weights) {
    if (data instanceof Float32Array && !data.every(Number.isFinite)) return name;
  }
  return null;
}

/**
 * Saves the whole run so that it can resume as if it had never stopped, and reads it for `--resume last|best|PATH`. A
 * checkpoint is a folder in `<run>/checkpoints` with `model.safetensors` (PyTorch's names, for any safetensors reader),
 * `optimizer.safetensors`, `state.json` and `manifest.json` (size and SHA-256 of each file). It appears there only when
 * it is complete and on the disk; older checkpoints are deleted only after that. The options follow Lightning's
 * `ModelCheckpoint`.
 *
 * ```ts
 * plugins: [checkpointing({ monitor: 'knn_accuracy', mode: 'max' })]
 * ```
 */
export function checkpointing<const Metric extends string = never>(
  options: CheckpointingOptions<Metric> = {},
): PluginDescriptor<Metric> {
  return {
    ...definePlugin<Metric, never>(Checkpointing, options),
    recall: async (selector, home) => {
      // Damage is reported when the whole checkpoint is read.
      const finder = new CheckpointFinder(
        join(home ?? selector, checkpointsFolder),
        () => undefined,
        options.monitor !== undefined && options.monitor !== null,
        recallCheckpoint,
      );
      const { state, path } = await finder.read(selector);
      return { ...state, path };
    },
  };
}
