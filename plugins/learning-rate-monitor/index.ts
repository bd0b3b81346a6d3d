import { z } from 'zod';
import { Plugin, definePlugin, inject, tokens } from '../../src';
import type { HookContext, OptimizersAccess, PluginDescriptor, PluginHooks } from '../../src';

const schema = z.strictObject({
  /** Log before every update, or at the start of each epoch. */
  interval: z.enum(['step', 'epoch']).default('step'),
});

/** Options of `learningRateMonitor()`. */
export type LearningRateMonitorOptions = z.input<typeof schema>;

/** Reads the rates before the update that uses them. */
@Plugin({ name: 'learning-rate-monitor', help: 'logs the learning rate', ranks: 'first', options: schema })
export class LearningRateMonitor implements PluginHooks {
  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
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

/**
 * Logs the learning rate as `lr-sgd`, or with several parameter groups as `lr-sgd/pg1`, `lr-sgd/pg2`, …; a second
 * optimiser of the same kind is `lr-sgd-1`, and so on. Names follow Lightning's `LearningRateMonitor`.
 *
 * ```ts
 * plugins: [learningRateMonitor()]
 * ```
 */
export function learningRateMonitor(
  options: LearningRateMonitorOptions = {},
): PluginDescriptor<never, `lr-${string}`> {
  return definePlugin(LearningRateMonitor, options);
}
