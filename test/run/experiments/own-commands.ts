/** A small experiment that brings commands of its own: run as a process by the tests. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  Experiment,
  HyperParameter,
  TrainingModule,
  defineCommand,
  losses,
  nn,
  optim,
  run,
  tf,
  views,
  z,
} from '../../../src';
import type { ViewBatch } from '../../../src';
import { checkpointing } from '../../../plugins/checkpointing';

const visualise = defineCommand({
  name: 'visualise',
  help: 'draw the features of some images',
  title: 'Pictures',
  options: {
    count: z
      .int('must be a whole number of images')
      .positive('must be above 0')
      .default(4)
      .describe('images to draw'),
    style: z.enum(['bars', 'dots']).default('bars').describe('what a feature becomes'),
  },
  run: (scope) =>
    scope.inspect('drawing', async ({ model, report, weights }) => {
      const count = scope.trialImages ?? scope.options.count;
      const source = await scope.data.open('test', { batchSize: 2, limit: count });
      const lines: string[] = [];
      try {
        for await (const batch of source.epoch(0)) {
          const { features, width } = await model.embed(batch);
          for (let at = 0; at < features.length; at += width) {
            lines.push([...features.subarray(at, at + width)].map((value) => value.toFixed(4)).join(' '));
          }
          await report(lines.length, count);
        }
      } finally {
        await source.close();
      }
      scope.notify('info', `Drawn as ${scope.options.style}: ${lines.length} images of ${scope.name}.`);
      await scope.write('.txt', `${lines.join('\n')}\n`);
      const { training } = scope.module;
      return {
        metrics: { images: lines.length },
        details: { training, evaluated: weights, first: lines[0] ?? '' },
      };
    }),
});

const dawdle = defineCommand({
  name: 'dawdle',
  help: 'take until Ctrl-C',
  options: {},
  run: (scope) =>
    scope.inspect('dawdling', async ({ report }) => {
      for (let step = 0; step < 2000; step++) {
        if (step === 1) console.log('at it');
        await report(step, 2000);
        await wait(10);
      }
    }),
});

@Experiment({
  name: 'own',
  trainer: { maxEpochs: 1, limitTrainBatches: 2, enableProgressBar: false },
  data: {
    name: 'digits',
    batchSize: 8,
    workers: 0,
    transform: views.fastSiam({ inputSize: 32, numViews: 2, hfProb: 0, minScale: 0.5 }),
  },
  plugins: [checkpointing()],
  commands: [visualise, dawdle],
})
class Own extends TrainingModule<ViewBatch> {
  @HyperParameter({ min: 0 }) lr = 0.5;

  readonly backbone = nn.resnet18({ head: 'none', width: 8 });

  forward(view: tf.Tensor4D) {
    return this.backbone.forward(view);
  }

  override trainingStep({ views: [a, b] }: ViewBatch): tf.Scalar {
    if (a === undefined || b === undefined) throw new Error('this experiment needs two views');
    const [one, other] = [this.forward(a), this.forward(b)];
    return losses.negativeCosineSimilarity(one, nn.stopGradient(other));
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: this.lr });
  }
}

if (require.main === module) void run(Own);
