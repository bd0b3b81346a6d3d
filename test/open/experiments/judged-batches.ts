/** Batches that are not images, and a plugin that judges by images. */
import { Experiment, run } from '../../../src';
import { linearProbe } from '../../../plugins/linear-probe';
import { OddBatches } from './odd-batches';

@Experiment({ name: 'judged-batches', data: OddBatches, plugins: [linearProbe()] })
class JudgedBatches extends OddBatches {}

if (require.main === module) void run(JudgedBatches);
