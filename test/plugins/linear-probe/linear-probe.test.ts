import { readFileSync } from 'node:fs';
import { LinearProbe, linearProbe } from '../../../plugins/linear-probe';
import { TrainingModule, liveCounts, nn, optim, seedEverything, start, tf } from '../../../src';
import type { BatchSource, ModelAccess, ViewBatch } from '../../../src';
import { SingleDevice } from '../../../src/strategy';
import { EventBus, Trainer, modelAccess } from '../../../src/trainer';
import { FeatureData, identity } from '../../evaluation/fakes/feature-data';
import type { Rows } from '../../evaluation/fakes/feature-data';
import { Notes, TemporaryRunFolder, hookContext, runSettings } from '../fakes/run';

const classes = 6;
const width = 3;

/** Feature rows that tell something of their class. */
function rowsOf(samples: number, phase: number): Rows {
  const labels = Array.from({ length: samples }, (_, i) => i % classes);
  const rows = labels.flatMap((label, i) => [Math.cos(label), Math.sin(label), Math.sin(3 * i + phase)]);
  return { rows: Float32Array.from(rows), labels };
}

const data = (): FeatureData =>
  new FeatureData('waves', classes, width, { train: rowsOf(64, 0), test: rowsOf(24, 1) });
const short = { epochs: 4, batchSize: 16 };

let folder: TemporaryRunFolder;
beforeAll(() => start());
beforeEach(() => (folder = new TemporaryRunFolder()));
afterEach(() => folder.remove());

function setUp(options: Parameters<typeof linearProbe>[0], access: ModelAccess = identity) {
  const notes = new Notes();
  const settings = linearProbe({ ...short, ...options }).options as never;
  return { plugin: new LinearProbe(settings, access, data(), folder, notes.notify), notes };
}

const records = () =>
  readFileSync(folder.resolve('linear-probe.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the linear probe', () => {
  it('logs its accuracy every Nth epoch, prints it, and records what it depends on', async () => {
    const { plugin, notes } = setUp({ everyNEpochs: 2 });
    const contexts = [0, 1].map((epoch) => hookContext({ epoch, globalStep: 4 * (epoch + 1) }));
    const before = liveCounts();
    for (const context of contexts) await plugin.onTrainEpochEnd(context);
    expect(liveCounts()).toEqual(before);
    const share: unknown = expect.any(Number);
    expect(contexts.map(({ logged }) => logged)).toEqual([
      [],
      [
        ['linear_accuracy', share, { onEpoch: true, progBar: true }],
        ['linear_accuracy_top5', share, { onEpoch: true }],
      ],
    ]);
    const [[, accuracy] = [], [, accuracyTop5] = []] = contexts[1]?.logged ?? [];
    expect(notes.said).toHaveLength(1);
    expect(notes.said[0]?.replace(/[\d.]+ s\)/, '? s)')).toBe(
      `info: Linear accuracy after 2 epochs: ${accuracy?.toFixed(3)}, top 5 ${accuracyTop5?.toFixed(3)} ` +
        '(24 images after 64, ? s).',
    );
    expect(records()).toEqual([
      {
        epoch: 1,
        globalStep: 8,
        weights: 'raw',
        accuracy,
        accuracyTop5,
        trainLoss: share,
        diverged: null,
        ...short,
        learningRate: 0.1,
        seed: 0,
        standardize: true,
        optimizer: 'sgd',
        momentum: 0.9,
        weightDecay: 0,
        schedule: 'cosine',
        classes,
        data: 'waves',
        trainSamples: 64,
        testSamples: 24,
        featureWidth: width,
        seconds: share,
      },
    ]);
  });

  it('probes after training if it has not just done so, and then logs nothing', async () => {
    const { plugin, notes } = setUp({ everyNEpochs: 1 });
    await plugin.onTrainEpochEnd(hookContext({ epoch: 0, globalStep: 4 }));
    await plugin.onTrainEnd(hookContext({ epoch: 0, globalStep: 4 }));
    expect(records()).toHaveLength(1);
    const end = hookContext({ epoch: 1, globalStep: 6 });
    await plugin.onTrainEnd(end);
    expect(end.logged).toEqual([]);
    expect(notes.said[1]).toMatch(/^info: Linear accuracy after training: 0\.\d{3}, top 5 /);
    expect(records().map(({ globalStep }) => globalStep)).toEqual([4, 6]);
  });

  it('announces the epochs in which it measures', () => {
    expect(setUp({ everyNEpochs: 3 }).plugin.measures()).toEqual([
      { metric: 'linear_accuracy', everyNEpochs: 3 },
      { metric: 'linear_accuracy_top5', everyNEpochs: 3 },
    ]);
    expect(setUp({}).plugin.measures()).toEqual([]);
  });

  it('does not probe again if a run is resumed after its last epoch', async () => {
    const { plugin } = setUp({ everyNEpochs: 1 });
    const end = { epoch: 0, globalStep: 4 };
    await plugin.onTrainEpochEnd(hookContext(end));
    const resumed = setUp({ everyNEpochs: 1 });
    await resumed.plugin.onTrainEnd(hookContext(end, { linear_accuracy: 0.5 }));
    expect(resumed.notes.said).toEqual([]);
    await resumed.plugin.onTrainEnd(hookContext({ epoch: 1, globalStep: 6 }, { linear_accuracy: 0.5 }, 4));
    expect(resumed.notes.said).toHaveLength(1);
  });

  it("replaces a killed run's records of updates that are made again", async () => {
    const { plugin } = setUp({ everyNEpochs: 1 });
    for (const epoch of [0, 1, 2])
      await plugin.onTrainEpochEnd(hookContext({ epoch, globalStep: epoch + 1 }));
    await setUp({ everyNEpochs: 1 }).plugin.onTrainEpochEnd(hookContext({ epoch: 1, globalStep: 2 }));
    expect(records().map(({ globalStep }) => globalStep)).toEqual([1, 2]);
  });

  it('reports what has diverged instead of a figure', async () => {
    const broken: ModelAccess = {
      ...identity,
      embed: async ({ images }) => ({ features: new Float32Array(images.size).fill(NaN), width }),
    };
    const { plugin, notes } = setUp({ everyNEpochs: 1 }, broken);
    const context = hookContext();
    await plugin.onTrainEpochEnd(context);
    expect(context.logged).toEqual([]);
    expect(notes.said).toEqual([
      "warning: No linear accuracy after 1 epoch: the backbone's features are not finite. Training has diverged.",
    ]);
    expect(records()).toMatchObject([{ accuracy: null, diverged: 'features' }]);
  });

  it('rejects options with which it would never probe', () => {
    expect(linearProbe({ atEnd: false }).problems).toEqual([
      'linearProbe(): atEnd: false without everyNEpochs would never probe.',
    ]);
    expect(linearProbe({ epochs: 0, rate: 1 } as never).problems).toEqual([
      'linearProbe(): epochs is 0 (must be above 0).',
      'linearProbe(): unknown option rate.',
    ]);
    expect(linearProbe().problems).toEqual([]);
  });
});

/** Draws from dropout, and from running statistics: what a probe could disturb. */
class Noisy extends TrainingModule<ViewBatch> {
  readonly backbone = new nn.Sequential(new nn.Flatten(), new nn.Linear(width, 8), new nn.BatchNorm1d(8));
  readonly dropout = new nn.Dropout(0.3);
  readonly head = new nn.Linear(8, classes);

  forward(images: tf.Tensor4D): tf.Tensor2D {
    const features = this.backbone.forward(images) as tf.Tensor2D;
    return this.head.forward(this.dropout.forward(features));
  }

  override trainingStep({ views: [images], labels }: ViewBatch): tf.Scalar {
    if (images === undefined) throw new Error('there is no view');
    const targets = tf.oneHot(labels, classes);
    return tf.losses.softmaxCrossEntropy(targets, this.forward(images)).asScalar();
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.1, momentum: 0.9 });
  }
}

/** The feature rows as batches of one view. */
function training(): BatchSource<ViewBatch> {
  const { rows, labels } = rowsOf(48, 2);
  return {
    samples: 48,
    batchesPerEpoch: 3,
    close: async () => undefined,
    async *epoch() {
      for (let from = 0; from < 48; from += 16) {
        const view = tf.tensor4d(rows.slice(from * width, (from + 16) * width), [16, 1, 1, width]);
        const batch: ViewBatch = {
          views: [view, view],
          labels: tf.tensor1d(labels.slice(from, from + 16), 'int32'),
          indices: tf.range(from, from + 16, 1, 'int32'),
        };
        yield batch;
        tf.dispose([...batch.views, batch.labels, batch.indices]);
      }
    },
  };
}

async function trained(options: Parameters<typeof linearProbe>[0] | null): Promise<Map<string, number[]>> {
  seedEverything(4);
  const module = new Noisy();
  const access = modelAccess(module);
  const hooks = options === null ? null : setUp(options, access).plugin;
  const trainer = new Trainer(
    { maxEpochs: 4 },
    {
      plugins: hooks === null ? [] : [{ name: 'linear-probe', order: 'normal', hooks }],
      events: new EventBus(),
      strategy: new SingleDevice(),
      settings: runSettings(),
    },
  );
  try {
    await trainer.fit(module, training());
    return new Map([...module.stateDict()].map(([name, { data }]) => [name, Array.from(data, Number)]));
  } finally {
    access.dispose();
    module.dispose();
  }
}

describe('training with a linear probe', () => {
  it('produces the weights of training without it, bit for bit', async () => {
    const without = await trained(null);
    const probed = await trained({ everyNEpochs: 1 });
    expect(records()).toHaveLength(4);
    expect(probed).toEqual(without);
  });
});
