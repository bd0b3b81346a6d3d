/** A small model on a data set of the file's own: run as a process by the tests, on one rank or two. */
import { Experiment, TrainingModule, defineDataset, nn, optim, run, tf, views, z } from '../../../src';
import type { SourceImage, ViewBatch } from '../../../src';
import { checkpointing } from '../../../plugins/checkpointing';
import { dataParallel } from '../../../plugins/data-parallel';
import { progressBar } from '../../../plugins/progress-bar';

const side = 16;

/** Grey images of 16 bits; every third has no class. */
export const shades = defineDataset({
  export: 'shades',
  options: z.strictObject({ length: z.int().default(40) }),
  open: ({ length }, { path }) => ({
    length,
    classNames: ['dark', 'light'],
    label: (index) => (index % 3 === 2 ? null : index % 2),
    sampleName: (index) => `${path ?? 'shade'}-${index}`,
    // Of the path `stuck`, one image never comes.
    read: (index) => (path === 'stuck' && index === 3 ? new Promise(() => undefined) : shadeOf(index)),
  }),
});

function shadeOf(index: number): SourceImage {
  const data = Uint16Array.from({ length: side * side }, (_, at) => (at * 257 + index * 911) % 4096);
  return { width: side, height: side, channels: 1, data, range: [0, 4095] };
}

@Experiment({
  name: 'own-data',
  trainer: { maxEpochs: 2, accelerator: 'cpu', threads: 1 },
  data: {
    dataset: shades({ length: 48 }),
    batchSize: 8,
    workers: 0,
    transform: views.fastSiam({ inputSize: 8, numViews: 2 }),
  },
  plugins: [progressBar(), checkpointing({ everyNSteps: 2, keepLast: 'all' }), dataParallel()],
})
class OwnData extends TrainingModule<ViewBatch> {
  readonly layer = new nn.Linear(8 * 8 * 3, 2);

  forward(view: tf.Tensor4D): tf.Tensor2D {
    return this.layer.forward(tf.reshape(view, [view.shape[0], 8 * 8 * 3]));
  }

  override trainingStep({ views: [first], labels }: ViewBatch): tf.Scalar {
    if (first === undefined) throw new Error('there is no view');
    const wanted = tf.oneHot(tf.maximum(labels, 0).toInt(), 2);
    const loss = tf.losses.softmaxCrossEntropy(wanted, this.forward(first)).asScalar();
    this.log('loss', loss);
    return loss;
  }

  override predictStep({ views: [first] }: ViewBatch): Record<string, tf.Tensor> {
    if (first === undefined) throw new Error('there is no view');
    return { mean: tf.mean(first, [1, 2, 3]) };
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.1, momentum: 0.9 });
  }
}

if (require.main === module) void run(OwnData);
