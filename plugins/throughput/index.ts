import { z } from 'zod';
import { Plugin, definePlugin, inject, tokens } from '../../src';
import type { BatchResult, HookContext, Notify, PluginDescriptor, PluginHooks, Ranks } from '../../src';

const schema = z.strictObject({
  /** Number of newest batches from which the figures are computed. */
  window: z.int().positive().default(50),
  /** Share of its time that training may spend waiting for data before a warning. */
  warnAbove: z.number().min(0).max(1).default(0.2),
});

/** Options of `throughput()`. */
export type ThroughputOptions = z.input<typeof schema>;

/** Measures from the loop's timings of each batch. */
@Plugin({
  name: 'throughput',
  help: 'logs samples per second and the share of time spent waiting for data',
  ranks: 'first',
  options: schema,
})
export class Throughput implements PluginHooks {
  private newest: BatchResult[] = [];
  private isFirst = true;
  private hasWarned = false;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.notify) private readonly notify: Notify,
    @inject(tokens.ranks) private readonly ranks: Ranks,
  ) {}

  /** The first batch of a fit is excluded: its step is traced, and its data could not be loaded during an earlier step. */
  onTrainBatchEnd({ log }: HookContext, result: BatchResult): void {
    if (this.isFirst) {
      this.isFirst = false;
      return;
    }
    const { window } = this.options;
    this.newest = [...this.newest, result].slice(-window);
    const total = (of: (batch: BatchResult) => number): number =>
      this.newest.reduce((sum, batch) => sum + of(batch), 0);
    const waited = total(({ dataSeconds }) => dataSeconds);
    const seconds = waited + total(({ stepSeconds }) => stepSeconds);
    const share = waited / seconds;
    // The samples of all ranks, which process equally many.
    log('samples_per_second', (this.ranks.worldSize * total(({ batchSize }) => batchSize)) / seconds);
    log('data_wait_share', share);
    if (this.newest.length === window) this.warnIfSlow(share);
  }

  private warnIfSlow(share: number): void {
    if (this.hasWarned || share <= this.options.warnAbove) return;
    this.hasWarned = true;
    this.notify(
      'warning',
      `Training waits for data ${Math.round(100 * share)}% of its time. ` +
        'Increase data.workers if cores are free, or use smaller images or cheaper views.',
    );
  }
}

/**
 * Logs the speed of training over its newest batches: `samples_per_second` of all ranks, and `data_wait_share`, the
 * share of the time that the loop spent waiting for a batch; it warns once if that share is large.
 *
 * ```ts
 * plugins: [throughput()]
 * ```
 */
export function throughput(
  options: ThroughputOptions = {},
): PluginDescriptor<never, 'samples_per_second' | 'data_wait_share'> {
  return definePlugin(Throughput, options);
}
