import { z } from 'zod';
import { FulgurError, Plugin, definePlugin, inject, suggestion, tokens } from '../../src';
import type { HookContext, Json, PluginDescriptor, PluginHooks, Stateful } from '../../src';
import { nameOption } from '../shared/options';
import { readState, stateNumber } from '../shared/read-state';

const schema = z.strictObject({
  /** The logged metric to watch. */
  monitor: z.string().min(1),
  /** Distinguishes several instances in checkpoints and messages; all except one need a name. */
  name: nameOption,
  /** Whether the metric should fall or rise. */
  mode: z.enum(['min', 'max']).default('min'),
  /** Consecutive checks without improvement after which training ends. Each measurement is checked once. */
  patience: z.int().positive().default(3),
  /** What an improvement must exceed to count. */
  minDelta: z.number().nonnegative().default(0),
  /** Check only in every Nth epoch. */
  everyNEpochs: z.int().positive().default(1),
  /** Report an error if the metric has not been logged when it is due, instead of waiting for it. */
  strict: z.boolean().default(true),
  /** End training when the metric is NaN or infinite. */
  checkFinite: z.boolean().default(true),
  /** End training as soon as the metric is better than this; `null` for never. */
  stoppingThreshold: z.number().nullable().default(null),
  /** End training as soon as the metric is worse than this; `null` for never. */
  divergenceThreshold: z.number().nullable().default(null),
});

/** Options of `earlyStopping()`. */
export type EarlyStoppingOptions<Metric extends string = string> = z.input<typeof schema> & {
  readonly monitor: Metric;
};

const savedSeen = z.object({
  best: stateNumber.nullable(),
  waited: stateNumber,
  serial: stateNumber.optional(),
});

/** What has been seen so far. */
interface Seen {
  /** The best value; `null` if there has been none, or only NaN or the worst infinity. */
  best: number | null;
  /** Consecutive checks without improvement. */
  waited: number;
  /** Serial number of the last measurement that was checked. */
  serial: number;
}

/**
 * Checks each measurement of the metric once: after a validation in the middle of an epoch, and otherwise at the end of
 * the epoch, when everything has been logged.
 */
@Plugin({
  name: 'early-stopping',
  help: 'ends training when a metric no longer improves',
  order: 'monitor',
  ranks: 'first',
  repeatable: true,
  options: schema,
})
export class EarlyStopping implements PluginHooks, Stateful {
  private seen: Seen = { best: null, waited: 0, serial: 0 };
  private isRestored = false;

  constructor(@inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>) {}

  /** When added to a resumed run, it counts only new measurements. */
  onFitStart({ measured }: HookContext): void {
    if (!this.isRestored) this.seen.serial = measured(this.options.monitor)?.serial ?? 0;
  }

  onValidationEnd(context: HookContext): void {
    const { batchIndex, batchesPerEpoch } = context.progress;
    if (context.stage !== 'fit' || batchIndex + 1 >= batchesPerEpoch) return;
    const measurement = context.measured(this.options.monitor);
    // The newest value of a step, or of the last epoch, does not come from this validation.
    if (measurement?.source === 'evaluation') this.look(context);
  }

  onTrainEpochEnd(context: HookContext): void {
    this.look(context);
  }

  pluginState(): Json {
    return { ...this.seen };
  }

  restorePluginState(state: Json): void {
    // States saved before measurements had serial numbers come from checks at the end of each epoch.
    const { best, waited, serial } = readState(savedSeen, state);
    this.seen = { best, waited, serial: serial ?? 1 };
    this.isRestored = true;
  }

  private look({ measured, metrics, isDue, progress, stop }: HookContext): void {
    const { everyNEpochs, monitor, strict, name } = this.options;
    if ((progress.epoch + 1) % everyNEpochs !== 0) return;
    if (strict && measured(monitor) === undefined && isDue(monitor)) {
      throw neverLogged(name, monitor, metrics);
    }
    const measurement = measured(monitor, this.seen.serial);
    if (measurement === undefined) return;
    this.seen.serial = measurement.serial;
    const reason = this.judge(measurement.value);
    if (reason !== null) stop(name === undefined ? reason : `${name}: ${reason}`);
  }

  /** Returns why training should end, or `null`. */
  private judge(value: number): string | null {
    const { monitor, mode, checkFinite, stoppingThreshold, divergenceThreshold, minDelta, patience } =
      this.options;
    if (checkFinite && !Number.isFinite(value)) return `${monitor} is ${value}`;
    if (stoppingThreshold !== null && this.isBetter(value, stoppingThreshold)) {
      return `${monitor} reached ${shown(value)}, better than ${stoppingThreshold}`;
    }
    if (divergenceThreshold !== null && this.isBetter(divergenceThreshold, value)) {
      return `${monitor} is ${shown(value)}, worse than ${divergenceThreshold}`;
    }
    const best = this.seen.best ?? (mode === 'min' ? Infinity : -Infinity);
    if (this.isBetter(value, best, minDelta)) {
      this.seen.best = value;
      this.seen.waited = 0;
      return null;
    }
    this.seen.waited += 1;
    if (this.seen.waited < patience) return null;
    const what = this.seen.best === null ? 'has had no finite value' : `has not improved on ${shown(best)}`;
    return `${monitor} ${what} ${times(patience)}`;
  }

  /** Compares in float32, the precision in which steps log, so that a logged 0.2 does not exceed a threshold of 0.2. */
  private isBetter(value: number, than: number, by = 0): boolean {
    const margin = Math.fround(by);
    return this.options.mode === 'min'
      ? Math.fround(Math.fround(value) + margin) < Math.fround(than)
      : Math.fround(Math.fround(value) - margin) > Math.fround(than);
  }
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function times(count: number): string {
  return count === 1 ? 'in one check' : `in ${count} checks`;
}

function neverLogged(
  name: string | undefined,
  monitor: string,
  metrics: Readonly<Record<string, number>>,
): FulgurError {
  const names = Object.keys(metrics);
  return new FulgurError('plugin', {
    what: `earlyStopping(${name === undefined ? '' : `{ name: '${name}' }`}) watches '${monitor}', which was not logged.`,
    why: names.length === 0 ? 'Nothing was.' : `The logged metrics are ${names.join(', ')}.`,
    fix: `${suggestion(monitor, names)}Watch a metric that is logged by the end of each epoch, or pass strict: false to wait for it.`,
  });
}

/**
 * Ends training when a metric no longer improves, is not finite, or passes a threshold. It checks each measurement
 * once: at the end of an epoch, and after a validation in the middle of one. Its state is kept in checkpoints. Options
 * and rules follow Lightning's `EarlyStopping`. A run may have several instances, provided all except one have a
 * `name`.
 *
 * ```ts
 * plugins: [earlyStopping({ monitor: 'knn_accuracy', mode: 'max', patience: 5 })]
 * ```
 */
export function earlyStopping<const Metric extends string>(
  options: EarlyStoppingOptions<Metric>,
): PluginDescriptor<Metric> {
  return definePlugin(EarlyStopping, options);
}
