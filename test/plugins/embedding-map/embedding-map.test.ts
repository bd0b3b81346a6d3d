import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddingMap } from '../../../plugins/embedding-map';
import { messageLog } from '../../../plugins/message-log';
import { Experiment, TrainingModule, nn, optim, run, start, tf, views } from '../../../src';
import type { ViewBatch } from '../../../src';

const root = mkdtempSync(join(tmpdir(), 'embedding-map-'));
afterAll(() => rmSync(root, { recursive: true }));

@Experiment({
  name: 'mapped',
  trainer: { maxEpochs: 2, limitTrainBatches: 2, defaultRootDir: root, enableProgressBar: false },
  data: { name: 'digits', batchSize: 8, workers: 0, transform: views.plain({ inputSize: 32 }) },
  plugins: [embeddingMap({ method: 'pca', limit: 30, everyNEpochs: 1, atStart: true }), messageLog()],
})
class Mapped extends TrainingModule<ViewBatch> {
  readonly backbone = new nn.Linear(32 * 32 * 3, 4);

  embed(images: tf.Tensor4D): tf.Tensor {
    return this.backbone.forward(tf.reshape(images, [-1, 32 * 32 * 3]));
  }

  forward(images: tf.Tensor4D): tf.Tensor {
    return this.embed(images);
  }

  override trainingStep({ views: [images] }: ViewBatch): tf.Scalar {
    if (images === undefined) throw new Error('there is no view');
    return tf.mean<tf.Scalar>(tf.square(this.forward(images)));
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.01 });
  }
}

it('draws a page and a picture at the chosen epochs, the last one once', async () => {
  await start();
  await run(Mapped, { args: [] });
  const folder = join(root, 'mapped', 'version_0');
  expect(readdirSync(join(folder, 'maps')).sort()).toEqual(
    [0, 1, 2].flatMap((epoch) => [`epoch=${epoch}.html`, `epoch=${epoch}.png`]),
  );
  const page = readFileSync(join(folder, 'maps', 'epoch=2.html'), 'utf8');
  expect(page).toContain('30 images of digits, split test, by 4 features each.');
  expect(readFileSync(join(folder, 'messages.jsonl'), 'utf8')).toContain('Map of 30 images after 2 epochs');
});
