import { Plugin, inject, tokens } from '../../src';
import type { BatchResult, HookContext, Notify, PluginHooks, Ranks } from '../../src';
import type { ThroughputSettings } from './options';

/** Measures from what the loop tells of each batch. */
@Plugin({ name: 'throughput', ranks: 'first' })
export class Throughput implements PluginHooks {
  private newest: BatchResult[] = [];
  private isFirst = true;
  private hasWarned = false;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: ThroughputSettings,
    @inject(tokens.notify) private readonly notify: Notify,
    @inject(tokens.ranks) private readonly ranks: Ranks,
  ) {}

  /** The first batch of a fit is left out: its step is traced, and its data had no step to hide behind. */
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
    // Those of all ranks, which take equally many.
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
        'Raise data.workers where cores are free, or take smaller images or cheaper views.',
    );
  }
}
