import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ViewBatch } from '../../src/contracts';
import type { DataOptions, NamedSample, PreparedData } from '../../src/data';
import { loader, datasets, prepareData, views } from '../../src/data';
import { liveCounts, start } from '../../src/engine';
import { closable, closed, stripes } from './datasets/helpers/own-datasets';
import { cifarUnavailable, unreachableAddress, useCache } from './helpers/unreachable';
import { seen, seenIn } from './loader/helpers/seen-batch';
import type { SeenBatch } from './loader/helpers/seen-batch';

const transform = views.fastSiam({ inputSize: 16, normalize: null });
const defaults: DataOptions = {
  name: 'digits',
  dataset: null,
  testFraction: null,
  grayRange: null,
  viewSize: null,
  path: null,
  url: null,
  fallback: null,
  batchSize: 64,
  workers: 0,
  shuffle: true,
  dropLast: true,
  onBrokenImage: 'error',
  maxImagePixels: 178_956_970,
  download: true,
  batches: null,
  transform,
  evaluationTransform: null,
};
const digitsFolder = join(dirname(require.resolve('mnist/package.json')), 'src', 'digits');
let cache: string;
let restore: () => void;
let messages: [level: string, text: string][];
let tensors: number;

beforeAll(async () => {
  await start();
});
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'fulgur-prepare-'));
  restore = useCache(cache);
  messages = [];
  tensors = liveCounts().tensors;
});
afterEach(async () => {
  restore();
  await rm(cache, { recursive: true });
  expect(liveCounts().tensors).toBe(tensors);
});

function prepare(options: Partial<DataOptions> = {}, rank = 0): Promise<PreparedData<ViewBatch>> {
  const onMessage = (level: string, text: string): void => void messages.push([level, text]);
  const ranks = rank > 0 ? { rank, worldSize: rank + 1 } : {};
  return prepareData({ ...defaults, ...options }, { seed: 5, onMessage, ...ranks });
}

async function firstOf({ train }: PreparedData<ViewBatch>): Promise<SeenBatch[]> {
  const found: SeenBatch[] = [];
  for await (const batch of train.epoch(0, { limit: 1 })) found.push(seen(batch));
  return found;
}

describe('prepareData', () => {
  it('makes views of the size that data.viewSize gives, for training and evaluation', async () => {
    const sized = await prepare({ viewSize: 24 });
    const given = await prepare({ transform: views.fastSiam({ inputSize: 24, normalize: null }) });
    expect(await firstOf(sized)).toEqual(await firstOf(given));
    const images = await sized.evaluation.open('test', { batchSize: 2, limit: 2 });
    for await (const { images: found } of images.epoch(0)) expect(found.shape).toEqual([2, 24, 24, 3]);
    for (const source of [images, sized.train, given.train]) await source.close();
  });

  it('rejects data.viewSize for views of several sizes, and for a transform of one size', async () => {
    await expect(prepare({ viewSize: 24, transform: views.dino() })).rejects.toThrow(
      'data.viewSize is 24, but the views of dino have several sizes: 224 x 224, 96 x 96. ' +
        'Remove it, and set the sizes in the transform of the experiment.',
    );
    const { spec, views: sizes } = transform;
    const own = { spec, views: sizes, plain: () => transform, apply: () => undefined };
    await expect(prepare({ viewSize: 24, transform: own })).rejects.toThrow(
      "data.viewSize is 24, but the size of the experiment's data.transform cannot be chosen. " +
        'Remove it, or give the transform a method resized(size).',
    );
  });

  it("opens a data set of the user's own, closes each of its splits once, and needs a data set", async () => {
    const data = await prepare({ name: null, dataset: closable(), batchSize: 2 });
    expect(data.info).toMatchObject({ name: 'closable', requested: 'closable', samples: 4, classes: 0 });
    for (let times = 0; times < 2; times++) await (await data.heldOut()).close();
    expect(closed).toEqual([]);
    await data.train.close();
    expect(closed).toEqual(['train', 'test']);
    await expect(prepare({ name: null })).rejects.toThrow(
      "The experiment's data does not name a data set. " +
        "Give data: { name: 'digits' }, or data: { dataset: photos() } with your own.",
    );
  });

  it('holds a share of the samples out, for training, evaluation and plugins alike', async () => {
    const own = { name: null, dataset: stripes({ length: 40 }), batchSize: 4, testFraction: 0.3 } as const;
    const data = await prepare(own);
    const heldOut = await data.heldOut();
    const judged = await data.evaluation.open('test', { batchSize: 4, labelled: true });
    expect(data.info.samples + heldOut.samples).toBe(40);
    expect(judged.samples).toBeLessThan(heldOut.samples);
    for await (const batch of heldOut.epoch(0, { limit: 1 })) {
      const [first] = await heldOut.namesOf(batch, { before: 0, size: 4 });
      expect(first?.name).toMatch(/^stripe-\d+$/);
    }
    for (const source of [heldOut, judged, data.train]) await source.close();
  });

  it('yields the same batches as a loader with the same options, and reports what they are made of', async () => {
    const prepared = await prepare({ workers: 1 });
    expect(prepared.info).toEqual({
      name: 'digits',
      samples: 8000,
      classes: 10,
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      batchSize: 64,
      requested: 'digits',
      path: digitsFolder,
    });
    expect(prepared.train.batchesPerEpoch).toBe(125);
    const digits = await datasets.open('digits');
    const byHand = loader(digits, { batchSize: 64, transform, dropLast: true, seed: 5, workers: 0 });
    expect(await firstOf(prepared)).toEqual(await seenIn(byHand, [0], { limit: 1 }));
    expect(messages).toEqual([]);
    await prepared.train.close();
  });

  it('reports loudly that it uses the fallback, records it, and evaluates on its test split', async () => {
    const { url, reason } = await unreachableAddress();
    const { train, evaluation, info } = await prepare({ name: 'cifar10', url, fallback: 'digits' });
    expect(messages).toEqual([
      ['info', `Downloading CIFAR-10 from ${url}.`],
      ['warning', `THIS RUN USES DIGITS, NOT CIFAR10. ${cifarUnavailable(cache, reason)}`],
    ]);
    expect(info).toEqual({
      name: 'digits',
      samples: 8000,
      classes: 10,
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      batchSize: 64,
      requested: 'cifar10',
      path: digitsFolder,
    });
    expect([evaluation.name, evaluation.classes]).toEqual(['digits', 10]);
    const held = await evaluation.open('test', { batchSize: 500 });
    expect([held.samples, held.batchesPerEpoch]).toEqual([2000, 4]);
    await held.close();
    await train.close();
  });

  it('fails with the three alternatives if there is no fallback', async () => {
    const { url, reason } = await unreachableAddress();
    await expect(prepare({ name: 'cifar10', url })).rejects.toMatchObject({
      name: 'DatasetUnavailableError',
      message: cifarUnavailable(cache, reason),
    });
  });

  it('asks for a view transform before it opens anything', async () => {
    const fix = 'Set it in the experiment file: data: { transform: views.fastSiam() }.';
    await expect(prepare({ transform: null, name: 'cifar10' })).rejects.toThrow(
      `The experiment's data.transform is missing. ${fix}`,
    );
    await expect(prepare({ transform: { inputSize: 32 } })).rejects.toThrow(
      `The experiment's data.transform is not a view transform. ${fix}`,
    );
    const view = views.view({ size: 8 });
    for (const transform of [view, views.times(2, view)]) {
      await expect(prepare({ transform })).rejects.toThrow(
        "The experiment's data.transform is a description of views, not yet a view transform. " +
          'Pass it to views.of: data: { transform: views.of(...) }.',
      );
    }
  });

  it('names the samples of a split: by their files below the folder, else by their index', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fulgur-named-'));
    try {
      for (const file of ['train/cat/a 1.ppm', 'train/dog/b.ppm', 'test/dog/deep/c.ppm']) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await writeFile(join(folder, file), Buffer.from('P6 1 1 255\nabc'));
      }
      const { heldOut, train } = await prepare({ name: 'folder', path: folder, batchSize: 1 });
      const names = async (split: 'train' | 'test' | 'all') => {
        const samples = await heldOut(split);
        const named: NamedSample[] = [];
        for await (const batch of samples.epoch(0)) {
          named.push(...(await samples.namesOf(batch, { before: named.length, size: 1 })));
        }
        await samples.close();
        return named.map((sample) => `${sample.name} ${sample.class}`);
      };
      expect(await names('test')).toEqual(['test/dog/deep/c.ppm dog']);
      expect(await names('all')).toEqual([
        'train/cat/a 1.ppm cat',
        'train/dog/b.ppm dog',
        'test/dog/deep/c.ppm dog',
      ]);
      await train.close();
    } finally {
      await rm(folder, { recursive: true });
    }
    const { heldOut, train } = await prepare({});
    const digits = await heldOut();
    for await (const batch of digits.epoch(0, { limit: 1 })) {
      const [, second] = await digits.namesOf(batch, { before: 0, size: 64 });
      expect(second).toEqual({ index: 1, name: '1', class: expect.stringMatching(/^\d$/) as string });
    }
    await digits.close();
    await train.close();
  });

  it('gives a rank its own share', async () => {
    const shares = await Promise.all(
      [0, 1].map((rank) => prepareData(defaults, { seed: 5, rank, worldSize: 2 })),
    );
    expect(shares.map(({ train, info }) => [train.samples, info.samples])).toEqual([
      [4000, 8000],
      [4000, 8000],
    ]);
    const [one, other] = await Promise.all(shares.map(firstOf));
    expect(one![0]!.indices.filter((index) => other![0]!.indices.includes(index))).toEqual([]);
    await Promise.all(shares.map(({ train }) => train.close()));
  });

  it('only rank 0 warns about what a folder leaves out', async () => {
    const path = join(cache, 'photos');
    await mkdir(join(path, 'a'), { recursive: true });
    for (const name of ['a/0.png', 'a/1.png', 'a/2.png', 'a/3.png', 'top.png'])
      await writeFile(join(path, name), '');
    for (const rank of [0, 1]) {
      const { train } = await prepare({ name: 'folder', path, batchSize: 1 }, rank);
      await train.close();
    }
    const sentence = `Left out of ${path}: 1 image beside the class folders.`;
    expect(messages).toEqual([
      ['warning', sentence],
      ['info', sentence],
    ]);
  });
});
