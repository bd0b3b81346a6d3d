import type { BatchSource, ImageBatch } from '../../src/contracts';
import { views } from '../../src/data';
import { DatasetEvaluation } from '../../src/data/evaluation-data';
import { liveCounts, start } from '../../src/engine';
import { probe } from './loader/helpers/probe-transform';
import { smallDataset } from './loader/helpers/small-dataset';
import type { ViewTransform } from '../../src/data';

const train = smallDataset(9);
const test = smallDataset(6);
let opened: string[];

beforeAll(async () => {
  await start();
});
beforeEach(() => {
  opened = [];
});

function evaluate(transform: ViewTransform): DatasetEvaluation {
  return new DatasetEvaluation({
    open: async (split) => {
      opened.push(split);
      return test;
    },
    train,
    transform,
    workers: 0,
    onBrokenImage: 'error',
    onMessage: () => undefined,
  });
}

async function contentOf(
  source: BatchSource<ImageBatch>,
): Promise<{ shapes: number[][]; values: number[]; indices: number[] }> {
  const shapes: number[][] = [];
  const values: number[] = [];
  const indices: number[] = [];
  for await (const batch of source.epoch(0)) {
    shapes.push(batch.images.shape);
    values.push(...batch.images.dataSync());
    indices.push(...batch.indices.dataSync());
  }
  await source.close();
  return { shapes, values, indices };
}

describe('DatasetEvaluation', () => {
  it('yields whole batches of training images in a new order each epoch, cropped by the seed', async () => {
    const before = liveCounts();
    const mean = [0.5, 0.25, 0.125] as const;
    const std = [0.5, 0.25, 0.5] as const;
    const evaluation = evaluate(views.fastSiam({ inputSize: 12, normalize: { mean, std } }));
    const seen = async (seed: number, crops: { minScale: number; flip: number } | null) => {
      const how = { batchSize: 4, labelled: true, training: { seed, crops } };
      const source = await evaluation.open('train', how);
      const epochs: { indices: number[]; pixels: number[] }[] = [];
      for (const epoch of [0, 1]) {
        const indices: number[] = [];
        const pixels: number[] = [];
        for await (const { images, indices: own } of source.epoch(epoch)) {
          expect(images.shape).toEqual([4, 12, 12, 3]);
          indices.push(...own.dataSync());
          pixels.push(...images.dataSync());
        }
        epochs.push({ indices, pixels });
      }
      await source.close();
      return epochs;
    };
    const [first, second] = await seen(1, { minScale: 0.08, flip: 0.5 });
    expect([first?.indices.length, new Set(first?.indices).size]).toEqual([8, 8]);
    expect(second?.indices).not.toEqual(first?.indices);
    expect(await seen(1, { minScale: 0.08, flip: 0.5 })).toEqual([first, second]);
    expect((await seen(2, { minScale: 0.08, flip: 0.5 }))[0]).not.toEqual(first);
    const [plain] = await seen(1, null);
    const [whole] = await seen(1, { minScale: 0.08, flip: 0 });
    expect(plain?.indices).toEqual(first?.indices);
    expect(whole?.pixels).not.toEqual(plain?.pixels);
    const expected = (plain?.indices ?? []).flatMap((index) =>
      [...train.read(index).data].map((byte, at) => (byte / 255 - (mean[at % 3] ?? 0)) / (std[at % 3] ?? 1)),
    );
    const worst = expected.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (plain?.pixels[at] ?? NaN))),
      0,
    );
    expect(worst).toBeLessThan(1e-6);
    expect(liveCounts()).toEqual(before);
  });

  it('spreads a limited number of training images evenly, and reports if crops cannot be made', async () => {
    const evaluation = evaluate(views.fastSiam({ inputSize: 12 }));
    const how = { batchSize: 3, limit: 3, training: { seed: 0, crops: null } };
    const { indices } = await contentOf(await evaluation.open('train', how));
    expect([...indices].sort()).toEqual([0, 1, 2]);
    const own = Object.assign(Object.create(probe()) as ViewTransform, { plain: () => probe() });
    await expect(
      evaluate(own).open('train', { ...how, training: { seed: 0, crops: { minScale: 1, flip: 0 } } }),
    ).rejects.toThrow(/^Random crops cannot be made for probe, whose plain\(\) is a custom transform\./);
  });

  it("gives plain images of the size and normalisation of the training's views", async () => {
    const before = liveCounts();
    const mean = [0.5, 0.25, 0.125] as const;
    const std = [0.5, 0.25, 0.5] as const;
    const evaluation = evaluate(views.fastSiam({ inputSize: 12, normalize: { mean, std } }));
    expect([evaluation.name, evaluation.classes]).toEqual(['small', 3]);
    const { shapes, values, indices } = await contentOf(await evaluation.open('test', { batchSize: 4 }));
    expect(shapes).toEqual([
      [4, 12, 12, 3],
      [2, 12, 12, 3],
    ]);
    expect(indices).toEqual([0, 1, 2, 3, 4, 5]);
    const pixels = Array.from({ length: 6 }, (_, index) => [...test.read(index).data]).flat();
    const worst = pixels.reduce((most, byte, at) => {
      const expected = (byte / 255 - mean[(at % 3) as 0]) / std[(at % 3) as 0];
      return Math.max(most, Math.abs(expected - values[at]!));
    }, 0);
    expect(worst).toBeLessThan(1e-6);
    expect(liveCounts()).toEqual(before);
  });

  it('leaves values in [0, 1] if training does, and uses the values of ImageNet for a foreign transform', async () => {
    const byte = test.read(0).data[0]!;
    const raw = await evaluate(views.fastSiam({ inputSize: 12, normalize: null })).open('test', {
      batchSize: 6,
    });
    expect((await contentOf(raw)).values[0]).toBeCloseTo(byte / 255, 6);
    const foreign = await evaluate(probe()).open('test', { batchSize: 6 });
    const { shapes } = await contentOf(foreign);
    expect(shapes).toEqual([[6, 2, 2, 3]]);
    const same = await evaluate(views.fastSiam({ inputSize: 2 })).open('test', { batchSize: 6 });
    const other = await evaluate(probe()).open('test', { batchSize: 6 });
    expect((await contentOf(other)).values).toEqual((await contentOf(same)).values);
  });

  it('uses the training split that is open, and opens the test split once', async () => {
    const evaluation = evaluate(views.fastSiam({ inputSize: 8 }));
    const sizes: number[] = [];
    for (const split of ['train', 'test', 'test', 'train'] as const) {
      const source = await evaluation.open(split, { batchSize: 4 });
      sizes.push(source.samples);
      await source.close();
    }
    expect(sizes).toEqual([9, 6, 6, 9]);
    expect(opened).toEqual(['test']);
  });

  it('spreads a limit evenly over the split', async () => {
    const source = await evaluate(views.fastSiam({ inputSize: 8 })).open('train', { batchSize: 4, limit: 3 });
    expect((await contentOf(source)).indices).toEqual([0, 3, 6]);
  });
});
