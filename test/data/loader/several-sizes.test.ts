import type { LoaderOptions } from '../../../src/data';
import { imageLoader, loader, views } from '../../../src/data';
import { rgbOf } from '../../../src/data/source-image';
import { liveCounts, start } from '../../../src/engine';
import { halves } from '../views/helpers/halves';
import { seenIn } from './helpers/seen-batch';
import { smallDataset } from './helpers/small-dataset';

const dataset = smallDataset(11);
const operations = require.resolve('../views/helpers/own-operations');
const invert = views.custom({ module: operations, export: 'invert', options: { prob: 0.5 } });
const large = views.view({ size: 9, crop: { interpolation: 'bicubic' }, flip: 0.5, jitter: {}, blur: 0.5 });
const small = views.view({ size: [4, 6], crop: {}, rotate: { degrees: 30 }, solarize: 0.5, after: [invert] });
const mixed = views.of(large, views.times(3, small), large);

let alive: ReturnType<typeof liveCounts>;
beforeAll(async () => {
  await start();
});
beforeEach(() => {
  alive = liveCounts();
});
afterEach(() => {
  expect(liveCounts()).toEqual(alive);
});

/** Opens a loader, lets `use` have it, and closes it. */
async function using<T>(
  options: Partial<LoaderOptions>,
  use: (batches: ReturnType<typeof loader>) => Promise<T>,
): Promise<T> {
  const batches = loader(dataset, { batchSize: 4, transform: mixed, seed: 7, workers: 0, ...options });
  try {
    return await use(batches);
  } finally {
    await batches.close();
  }
}

it('each view of a batch has its own size, in a last batch that is not full too', async () => {
  const shapes = await using({}, async (batches) => {
    const all: number[][][] = [];
    for await (const batch of batches.epoch(0)) all.push(batch.views.map(({ shape }) => [...shape]));
    return all;
  });

  const ofSize = (size: number): number[][] => [
    [size, 9, 9, 3],
    ...Array.from({ length: 3 }, () => [size, 4, 6, 3]),
    [size, 9, 9, 3],
  ];
  expect(shapes).toEqual([ofSize(4), ofSize(4), ofSize(3)]);
});

it('each place of a batch contains what the transform makes of its sample', async () => {
  await using({}, async (batches) => {
    for await (const batch of batches.epoch(2)) {
      const indices = [...batch.indices.dataSync()];
      for (const [place, index] of indices.entries()) {
        const lengths = mixed.views.map(({ height, width }) => height * width * 3);
        const starts = lengths.map((_, v) => lengths.slice(0, v).reduce((sum, length) => sum + length, 0));
        const out = new Float32Array(2 * 243 + 3 * 72);
        mixed.apply(rgbOf(dataset.read(index)), { seed: 7, epoch: 2, index }, out, starts);
        batch.views.forEach((view, v) => {
          const [start, length] = [starts[v]!, lengths[v]!];
          const ours = view.dataSync<'float32'>().slice(place * length, (place + 1) * length);
          expect(ours).toEqual(out.slice(start, start + length));
        });
      }
    }
  });
});

describe.each([
  ["views of several sizes with an operation of one's own", mixed],
  ["a transform of one's own", halves({ size: 6 })],
  ['a named transform', views.dino({ globalCropSize: 8, localCropSize: 5, nLocalViews: 2 })],
])('%s', (_, transform) => {
  it.each([1, 2])(
    'give the same bits with %d threads as with none, from the middle of an epoch on too',
    async (workers) => {
      const expected = await using({ transform }, (batches) => seenIn(batches, [0, 1]));
      const [found, resumed] = await using({ transform, workers }, async (batches) => [
        await seenIn(batches, [0, 1]),
        await seenIn(batches, [1], { startBatch: 1 }),
      ]);

      expect(found).toEqual(expected);
      expect(resumed).toEqual(expected.slice(4));
      expect(new Set(expected.flatMap(({ hashes }) => hashes)).size).toBe(6 * transform.views.length);
    },
  );
});

it.each([0, 1])('an operation that fails is named with its sample, with %d threads', async (workers) => {
  const late = views.custom({ module: operations, export: 'late' });
  const transform = views.of(views.view({ size: 4, after: [late] }));

  await expect(
    using({ transform, workers, shuffle: false }, (batches) => seenIn(batches, [0])),
  ).rejects.toThrow(
    'The view transform failed on sample 0 of small (train), index 0: the operation late returned a promise, but must ' +
      'change pixels.data in place at once. Correct the transform, or debug it on this sample with workers: 0.',
  );
});

it('reports how much memory views of several sizes would take', () => {
  const huge = views.of(views.view({ size: 8192 }), views.times(1000, views.view({ size: [8192, 4096] })));

  expect(() => loader(dataset, { batchSize: 1e6, transform: huge, workers: 0 })).toThrow(
    /^A batch of 1000000 samples with 1 view of 8192 x 8192 and 1000 views of 8192 x 4096 pixels takes 403458.5 TB, /,
  );
});

it('an image loader takes any transform of one view', async () => {
  const batches = imageLoader(dataset, { batchSize: 11, transform: mixed.plain(), workers: 0 });
  for await (const { images } of batches.epoch(0)) expect(images.shape).toEqual([11, 9, 9, 3]);
  await batches.close();
});
