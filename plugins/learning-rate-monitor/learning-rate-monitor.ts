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
    for (const { kind, learningRates } of this.optimizers.current()) {
      for (const [index, rate] of learningRates.entries()) {
        log(learningRates.length === 1 ? `lr-${kind}` : `lr-${kind}/pg${index + 1}`, rate);
      }
    }
  }
}
