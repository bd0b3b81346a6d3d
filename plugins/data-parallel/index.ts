import { tokens } from '../../src';
import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { DataParallel } from './data-parallel';
import { dataParallelOptions } from './options';
import type { DataParallelOptions } from './options';

export { averageGradients } from './average-gradients';
export { DataParallel } from './data-parallel';
export type { DataParallelOptions } from './options';

/**
 * Trains one model on several devices or hosts (`--devices 2`, torchrun, Slurm, TF_CONFIG): each rank computes the
 * gradients of its own share of a batch, and the mean over ranks makes the update. `data.batchSize` is that of a rank.
 * On one device it does nothing. As PyTorch's `DistributedDataParallel`.
 *
 * ```ts
 * plugins: [dataParallel(), syncBatchNorm()]
 * ```
 *
 * Source: Li et al., "PyTorch Distributed: Experiences on Accelerating Data Parallel Training" (2020).
 */
export function dataParallel(options: DataParallelOptions = {}): PluginDescriptor {
  return pluginWithOptions(DataParallel, 'dataParallel', dataParallelOptions, options, [tokens.strategy]);
}
