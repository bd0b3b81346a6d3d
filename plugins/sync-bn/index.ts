import { definePlugin, tokens } from '../../src';
import type { PluginDescriptor } from '../../src';
import { SyncBatchNorm } from './sync-batch-norm';

export { SyncBatchNorm } from './sync-batch-norm';

/**
 * Makes every batch norm layer take its statistics over the batches of all ranks, forward and backward: two ranks with
 * half a batch each then train as one rank with the whole. One exchange a layer each way. On one device it does
 * nothing. As PyTorch's `SyncBatchNorm`.
 *
 * ```ts
 * plugins: [dataParallel(), syncBatchNorm()]
 * ```
 */
export function syncBatchNorm(): PluginDescriptor {
  return definePlugin(SyncBatchNorm, {}, [tokens.batchStatistics]);
}
