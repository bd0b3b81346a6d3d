import { FulgurError, Plugin, inject, tokens } from '../../src';
import type { HookContext, Json, PluginHooks, Stateful } from '../../src';
import type { EarlyStoppingSettings } from './options';

/** What has been seen so far. */
interface Seen {
  /** The best value; `null` before the first look. */
  best: number | null;
  /** Looks in a row that brought no improvement. */
  waited: number;
}

/** Looks at the metric when all others have logged theirs. */
@Plugin({ name: 'early-stopping', order: 'monitor', ranks: 'first' })
export class EarlyStopping implements PluginHooks, Stateful {
  private seen: Seen = { best: null, waited: 0 };

  constructor(@inject(tokens.pluginOptions) private readonly options: EarlyStoppingSettings) {}

  onTrainEpochEnd({ metrics, progress, stop }: HookContext): void {
    const { everyNEpochs, monitor, strict } = this.options;
    if ((progress.epoch + 1) % everyNEpochs !== 0) return;
    const value = metrics[monitor];
    if (value !== undefined) {
      const reason = this.look(value);
      if (reason !== null) stop(reason);
    } else if (strict) throw neverLogged(monitor, metrics);
  }

  pluginState(): Json {
    return { ...this.seen };
  }

  restorePluginState(state: Json): void {
    const { best, waited } = state as unknown as Seen;
    this.seen = { best, waited };
  }

  /** Why training is to end, or `null`. */
  private look(value: number): string | null {
    const { monitor, checkFinite, stoppingThreshold, divergenceThreshold, minDelta, patience } = this.options;
    if (checkFinite && !Number.isFinite(value)) return `${monitor} is ${value}`;
    if (stoppingThreshold !== null && this.isBetter(value, stoppingThreshold)) {
      return `${monitor} reached ${shown(value)}, better than ${stoppingThreshold}`;
    }
    if (divergenceThreshold !== null && this.isBetter(divergenceThreshold, value)) {
      return `${monitor} is ${shown(value)}, worse than ${divergenceThreshold}`;
    }
    const { best, waited } = this.seen;
    if (best === null || Number.isNaN(best) || this.isBetter(value, best, minDelta)) {
      this.seen = { best: value, waited: 0 };
      return null;
    }
    this.seen = { best, waited: waited + 1 };
    if (this.seen.waited < patience) return null;
    return `${monitor} has not improved on ${shown(best)} ${times(patience)}`;
  }

  private isBetter(value: number, than: number, by = 0): boolean {
    return this.options.mode === 'min' ? value + by < than : value - by > than;
  }
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function times(count: number): string {
  return count === 1 ? 'at one look' : `for ${count} looks`;
}

function neverLogged(monitor: string, metrics: Readonly<Record<string, number>>): FulgurError {
  const names = Object.keys(metrics);
  return new FulgurError('plugin', {
    what: `earlyStopping() is to watch '${monitor}', which was not logged.`,
    why: names.length === 0 ? 'Nothing was.' : `Logged were ${names.join(', ')}.`,
    fix: 'Watch one that is logged by the end of each epoch, or pass strict: false to wait for it.',
  });
}
