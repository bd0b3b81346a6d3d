import { Plugin, inject, tokens } from '../../src';
import type { HookContext, OptimizersAccess, PluginHooks } from '../../src';
import type { LearningRateMonitorSettings } from './options';

/** Reads the rates before the update that uses them. */
@Plugin({ name: 'learning-rate-monitor', ranks: 'first' })
export class LearningRateMonitor implements PluginHooks {
  constructor(
    @inject(tokens.pluginOptions) private readonly options: LearningRateMonitorSettings,
    @inject(tokens.optimizers) private readonly optimizers: OptimizersAccess,
  ) {}

  onTrainEpochStart(context: HookContext): void {
    if (this.options.interval === 'epoch') this.logRates(context);
  }

  onTrainBatchStart(context: HookContext): void {
    if (this.options.interval === 'step') this.logRates(context);
  }

  private logRates({ log }: HookContext): void {
    const seen = new Map<string, number>();
    for (const { kind, learningRates } of this.optimizers.current()) {
      const earlier = seen.get(kind) ?? 0;
      seen.set(kind, earlier + 1);
      const name = earlier === 0 ? `lr-${kind}` : `lr-${kind}-${earlier}`;
      for (const [index, rate] of learningRates.entries()) {
        log(learningRates.length === 1 ? name : `${name}/pg${index + 1}`, rate);
      }
    }
  }
}
