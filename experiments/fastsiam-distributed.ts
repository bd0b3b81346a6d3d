/**
 * FastSiam over several devices or hosts with synchronised batch norm: lightly's distributed example.
 *
 *   npx ts-node experiments/fastsiam-distributed.ts --devices 2
 */
import { checkpointing } from '../plugins/checkpointing';
import { csvLogger } from '../plugins/csv-logger';
import { dataParallel } from '../plugins/data-parallel';
import { progressBar } from '../plugins/progress-bar';
import { syncBatchNorm } from '../plugins/sync-bn';
import { Experiment, run } from '../src';
import { FastSiam } from './fastsiam';

@Experiment({
  name: 'fastsiam-distributed',
  help: 'FastSiam over several devices or hosts, with synchronised batch norm',
  trainer: { maxEpochs: 10, devices: 'auto' },
  data: FastSiam,
  plugins: [dataParallel(), syncBatchNorm(), progressBar(), csvLogger(), checkpointing()],
})
export class DistributedFastSiam extends FastSiam {}

if (require.main === module) void run(DistributedFastSiam);
