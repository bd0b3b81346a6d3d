import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkpointing } from '../../../plugins/checkpointing';
import { embeddingMap } from '../../../plugins/embedding-map';
import { imageFolder } from '../../../plugins/image-folder';
import { messageLog } from '../../../plugins/message-log';
import { Experiment, TrainingModule, nn, optim, run, start, tf, views } from '../../../src';
import type { AnyPlugin, ExperimentClass, ViewBatch } from '../../../src';

const root = mkdtempSync(join(tmpdir(), 'embedding-map-'));
beforeAll(() => start());
afterAll(() => rmSync(root, { recursive: true }));

/** A module whose training draws random numbers and gathers statistics, neither of which a map may move. */
function mapped(name: string, ...plugins: AnyPlugin[]): ExperimentClass<TrainingModule<ViewBatch>> {
  @Experiment({
    name,
    trainer: { maxEpochs: 2, limitTrainBatches: 2, defaultRootDir: root, enableProgressBar: false },
    data: { name: 'digits', batchSize: 8, workers: 0, transform: views.plain({ inputSize: 32 }) },
    plugins: [checkpointing(), ...plugins],
  })
  class Mapped extends TrainingModule<ViewBatch> {
    readonly backbone = new nn.Linear(32 * 32 * 3, 4);
    readonly norm = new nn.BatchNorm1d(4);
    readonly dropout = new nn.Dropout(0.5);

    embed(images: tf.Tensor4D): tf.Tensor {
      return this.norm.forward(this.backbone.forward(tf.reshape(images, [-1, 32 * 32 * 3])));
    }

    forward(images: tf.Tensor4D): tf.Tensor {
      return this.dropout.forward(this.embed(images));
    }

    override trainingStep({ views: [images] }: ViewBatch): tf.Scalar {
      if (images === undefined) throw new Error('there is no view');
      return tf.mean<tf.Scalar>(tf.abs(tf.sub(this.forward(images), 1)));
    }

    override configureOptimizers() {
      return optim.sgd(this.parameters(), { learningRate: 0.01, momentum: 0.9 });
    }
  }
  return Mapped;
}

const folderOf = (name: string) => join(root, name, 'version_0');
const mapsOf = (name: string) =>
  readdirSync(join(folderOf(name), 'maps'))
    .filter((file) => file.endsWith('.html'))
    .sort();
const weightsOf = (name: string, checkpoint: string) => {
  const file = join(folderOf(name), 'checkpoints', checkpoint, 'model.safetensors');
  return existsSync(file) ? readFileSync(file).toString('hex') : 'none';
};
const small = { method: 'pca', limit: 30, thumbnails: false } as const;

it('draws a page and a picture at the chosen epochs, the last one once, without changing training, even after a resume', async () => {
  const plugins = [embeddingMap({ ...small, everyNEpochs: 1, atStart: true }), messageLog(), imageFolder()];
  await run(mapped('plain'), { args: [] });
  const drawn = mapped('drawn', ...plugins);
  await run(drawn, { args: ['--trainer.maxEpochs', '1'] });
  await run(drawn, { args: ['--resume', 'last', '--trainer.maxEpochs', '2'] });
  expect(readdirSync(join(folderOf('drawn'), 'maps')).sort()).toEqual(
    [0, 1, 2].flatMap((epoch) => [`epoch=${epoch}.html`, `epoch=${epoch}.png`]),
  );
  expect(readdirSync(join(folderOf('drawn'), 'images', 'embedding_map')).sort()).toEqual([
    'step=00000000.png',
    'step=00000002.png',
    'step=00000004.png',
  ]);
  const page = readFileSync(join(folderOf('drawn'), 'maps', 'epoch=2.html'), 'utf8');
  expect(page).toContain('30 images of digits, split test, by 4 features each.');
  expect(readFileSync(join(folderOf('drawn'), 'messages.jsonl'), 'utf8')).toContain(
    'Map of 30 images after 2 epochs',
  );
  const weights = weightsOf('plain', 'epoch=1-step=4');
  expect(weights).not.toBe('none');
  expect(weightsOf('drawn', 'epoch=1-step=4')).toBe(weights);
});

it('says after which epoch, or in the middle of which, training ended', async () => {
  const experiment = mapped('ended', embeddingMap(small), messageLog());
  await run(experiment, { args: [] });
  await run(experiment, { args: ['--resume', 'last'] });
  expect(mapsOf('ended')).toEqual(['epoch=2.html']);
  await run(mapped('cut', embeddingMap(small), messageLog()), { args: ['--trainer.maxSteps', '3'] });
  expect(mapsOf('cut')).toEqual(['epoch=2.html']);
  expect(readFileSync(join(folderOf('cut'), 'messages.jsonl'), 'utf8')).toContain(
    'Map of 30 images in epoch 2, after 3 updates: ',
  );
});
