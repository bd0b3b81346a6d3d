/** A small model on the digits whose metrics go to a server, at an address that the environment gives: run as a process. */
import {
  Experiment,
  HyperParameter,
  Plugin,
  TrainingModule,
  definePlugin,
  nn,
  optim,
  run,
  tf,
  views,
} from '../../../src';
import type { HookContext, ViewBatch } from '../../../src';
import { checkpointing } from '../../../plugins/checkpointing';
import { csvLogger } from '../../../plugins/csv-logger';
import { mlflowLogger } from '../../../plugins/mlflow-logger';
import { progressBar } from '../../../plugins/progress-bar';
import { tensorboardLogger } from '../../../plugins/tensorboard-logger';

/** Fails where it is told to, as code does that quotes an address. */
@Plugin({ name: 'quoting' })
class Quoting {
  onTrainEnd({ progress }: HookContext): void {
    const address = process.env['TRACKING_ADDRESS'] ?? '';
    if (process.env['QUOTE'] === '1') throw new Error(`step ${progress.globalStep} of ${address}`);
  }
}

@Experiment({
  name: 'tracked',
  trainer: { maxEpochs: 1, limitTrainBatches: 2, logEveryNSteps: 1 },
  data: { name: 'digits', batchSize: 8, workers: 1, transform: views.plain({ inputSize: 8 }) },
  plugins: [
    progressBar(),
    csvLogger(),
    tensorboardLogger(),
    mlflowLogger({
      trackingUri: process.env['TRACKING_ADDRESS'] ?? 'http://127.0.0.1:9',
      token: process.env['TRACKING_TOKEN'] ?? 'none',
      teardownSeconds: 1,
    }),
    definePlugin(Quoting),
    checkpointing(),
  ],
})
class Tracked extends TrainingModule<ViewBatch> {
  @HyperParameter() lr = 0.1;

  readonly layer = new nn.Linear(8 * 8 * 3, 4);

  forward(view: tf.Tensor4D) {
    return this.layer.forward(tf.reshape(view, [view.shape[0], -1]));
  }

  override trainingStep({ views: [view] }: ViewBatch): tf.Scalar {
    if (view === undefined) throw new Error('this experiment needs a view');
    const loss = tf.mean<tf.Scalar>(tf.square(this.forward(view)));
    this.log('loss', loss);
    return loss;
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: this.lr });
  }
}

if (require.main === module) void run(Tracked);
