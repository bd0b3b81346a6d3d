import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KnnEval, knnEval } from '../../../plugins/knn-eval';
import { liveCounts, start } from '../../../src';
import type { ModelAccess } from '../../../src';
import { FeatureData, identity as model } from '../../evaluation/fakes/feature-data';
import { Notes, TemporaryRunFolder, hookContext, messageOf } from '../fakes/run';

interface KnnReference {
  readonly source: string;
  readonly classes: number;
  readonly width: number;
  readonly bank: number[];
  readonly bankLabels: number[];
  readonly queries: number[];
  readonly queryLabels: number[];
  readonly cases: { k: number; temperature: number; predictions: number[]; accuracy: number }[];
}

const reference = JSON.parse(
  readFileSync(join(__dirname, '../../evaluation/data/knn.json'), 'utf8'),
) as KnnReference;
const { classes, width } = reference;
const splits = {
  train: { rows: Float32Array.from(reference.bank), labels: reference.bankLabels },
  test: { rows: Float32Array.from(reference.queries), labels: reference.queryLabels },
};

beforeAll(() => start());

describe('kNN evaluation', () => {
  let folder: TemporaryRunFolder;
  beforeEach(() => (folder = new TemporaryRunFolder()));
  afterEach(() => folder.remove());

  function setUp(options: Parameters<typeof knnEval>[0] = {}, access = model) {
    const data = new FeatureData('clusters', classes, width, splits);
    const notes = new Notes();
    const plugin = new KnnEval(knnEval(options).options as never, access, data, folder, notes.notify);
    return { plugin, data, notes };
  }
  const records = () =>
    readFileSync(folder.resolve('knn.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it(`logs lightly's accuracy, prints it, and records what it depends on`, async () => {
    const { plugin, data, notes } = setUp();
    const context = hookContext({ epoch: 0, globalStep: 62 });
    const before = liveCounts();
    await plugin.onTrainEpochEnd(context);
    expect(liveCounts()).toEqual(before);
    const accuracy: unknown = expect.closeTo(reference.cases[0]!.accuracy, 6);
    expect(context.logged).toEqual([['knn_accuracy', accuracy, { onEpoch: true, progBar: true }]]);
    expect(data.opened).toEqual(['train 256 all', 'test 256 all']);
    expect(data.closed).toBe(2);
    expect(notes.said.map((line) => line.replace(/[\d.]+ s\)/, '? s)'))).toEqual([
      'info: kNN accuracy after 1 epoch: 0.633 (60 images against 300, ? s).',
    ]);
    expect(records()).toEqual([
      {
        epochsTrained: 1,
        globalStep: 62,
        accuracy,
        k: 200,
        temperature: 0.1,
        weights: 'raw',
        classes: 5,
        data: 'clusters',
        bankSamples: 300,
        querySamples: 60,
        featureWidth: 16,
        seconds: expect.any(Number) as number,
      },
    ]);
  });

  it('evaluates every Nth epoch', async () => {
    const { plugin } = setUp({ everyNEpochs: 2 });
    const contexts = [0, 1, 2, 3].map((epoch) => hookContext({ epoch }));
    for (const context of contexts) await plugin.onTrainEpochEnd(context);
    expect(contexts.map(({ logged }) => logged.length)).toEqual([0, 1, 0, 1]);
    expect(plugin.measures()).toEqual([{ metric: 'knn_accuracy', everyNEpochs: 2 }]);
  });

  it('evaluates random weights under a separate name, if asked', async () => {
    const { plugin, notes } = setUp({ atStart: true });
    const fresh = hookContext({ epoch: 0, globalStep: 0 });
    const later = hookContext({ epoch: 1, globalStep: 62 });
    await plugin.onTrainEpochStart(fresh);
    await plugin.onTrainEpochStart(later);
    expect(fresh.logged).toEqual([['knn_accuracy_untrained', expect.closeTo(0.6333, 4), undefined]]);
    expect(later.logged).toEqual([]);
    expect(notes.said[0]).toContain('info: kNN accuracy before training: 0.633 (');
    expect(records()).toMatchObject([{ epochsTrained: 0, globalStep: 0 }]);
    await setUp().plugin.onTrainEpochStart(fresh);
    expect(fresh.logged).toHaveLength(1);
  });

  it('requests as many images as its limits allow, and lets all of a small bank vote', async () => {
    const { plugin, data } = setUp({ bankLimit: 50, queryLimit: 20, batchSize: 16 });
    await plugin.onTrainEpochEnd(hookContext());
    expect(data.opened).toEqual(['train 16 50', 'test 16 20']);
    expect(records()).toMatchObject([{ k: 50, bankSamples: 50, querySamples: 20 }]);
  });

  it("replaces a killed run's records of epochs that are trained again", async () => {
    const { plugin } = setUp();
    for (const epoch of [0, 1, 2]) await plugin.onTrainEpochEnd(hookContext({ epoch, globalStep: epoch }));
    writeFileSync(folder.resolve('knn.jsonl'), '{"epochsTrained": 4, "acc', { flag: 'a' });
    await setUp().plugin.onTrainEpochEnd(hookContext({ epoch: 1, globalStep: 1 }));
    expect(records().map(({ epochsTrained }) => epochsTrained)).toEqual([1, 2]);
  });

  it('reports that training has diverged instead of a figure', async () => {
    const broken: ModelAccess = {
      ...model,
      embed: async ({ images }) => ({ features: new Float32Array(images.size).fill(NaN), width }),
    };
    const { plugin, notes } = setUp({}, broken);
    const context = hookContext({ epoch: 2 });
    await plugin.onTrainEpochEnd(context);
    expect(context.logged).toEqual([]);
    expect(notes.said).toEqual([
      "warning: No kNN accuracy after 3 epochs: the backbone's features are not finite. Training has diverged.",
    ]);
    expect(records()).toMatchObject([{ accuracy: null }]);
  });

  it('names a record file that cannot be read', async () => {
    mkdirSync(folder.resolve('knn.jsonl'));
    const { plugin } = setUp();
    expect(await messageOf(() => plugin.onTrainEpochEnd(hookContext()))).toBe(
      `${folder.resolve('knn.jsonl')} cannot be read: it is a folder, not a regular file. ` +
        'Make the file readable, or move it away.',
    );
  });

  it('frees everything when the model fails in the middle', async () => {
    const failing: ModelAccess = { ...model, embed: () => Promise.reject(new Error('no such layer')) };
    const { plugin, data } = setUp({}, failing);
    const before = liveCounts();
    expect(await messageOf(() => plugin.onTrainEpochEnd(hookContext()))).toBe('no such layer');
    expect(data.closed).toBe(1);
    expect(liveCounts()).toEqual(before);
  });
});
