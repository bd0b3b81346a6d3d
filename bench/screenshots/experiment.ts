/** The run whose pages the documentation shows: FastSiam on the digits, with everything that a report has a chart for. */
import { DigitsFastSiam } from '../../experiments/fastsiam-digits';
import { checkpointing } from '../../plugins/checkpointing';
import { collapseSentinel } from '../../plugins/collapse-sentinel';
import { csvLogger } from '../../plugins/csv-logger';
import { knnEval } from '../../plugins/knn-eval';
import { learningRateMonitor } from '../../plugins/learning-rate-monitor';
import { rankMe } from '../../plugins/rank-me';
import { throughput } from '../../plugins/throughput';
import { Experiment, run, views } from '../../src';

@Experiment({
  name: 'digits',
  help: 'FastSiam on the digits, for screenshots',
  seed: 1,
  trainer: { maxEpochs: 3, logEveryNSteps: 1, enableProgressBar: false },
  data: {
    name: 'digits',
    batchSize: 128,
    dropLast: true,
    transform: views.fastSiam({ inputSize: 32, hfProb: 0, minScale: 0.5 }),
  },
  plugins: [
    csvLogger(),
    learningRateMonitor(),
    throughput(),
    collapseSentinel({ watch: 'z' }),
    knnEval({ everyNEpochs: 1, atStart: true }),
    rankMe({ everyNEpochs: 1, atStart: true }),
    checkpointing({ monitor: 'knn_accuracy', mode: 'max' }),
  ],
})
export class ShownFastSiam extends DigitsFastSiam {}

if (require.main === module) void run(ShownFastSiam);
