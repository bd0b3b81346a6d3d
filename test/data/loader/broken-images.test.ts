import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { BrokenImageRule, ImageDataset } from '../../../src/data';
import { datasets, loader, views } from '../../../src/data';
import { liveCounts, start } from '../../../src/engine';
import { seenIn } from './helpers/seen-batch';

let folder: string;
let dataset: ImageDataset;
let warnings: string[];
let alive: ReturnType<typeof liveCounts>;

beforeAll(async () => {
  await start();
  alive = liveCounts();
  folder = await mkdtemp(join(tmpdir(), 'fulgur-broken-'));
  for (const name of ['a', 'b']) {
    await mkdir(join(folder, name));
    for (let image = 0; image < 4; image++) await putImage(join(folder, name, `${image}.png`), image);
  }
  await writeFile(join(folder, 'a', '2.png'), 'no image at all');
  await writeFile(join(folder, 'a', '3.png'), '');
  await writeFile(join(folder, 'b', '3.png'), '');
  dataset = await datasets.open('folder', { path: folder, split: 'all' });
});
beforeEach(() => {
  warnings = [];
});
afterEach(() => {
  expect(liveCounts()).toEqual(alive);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function putImage(path: string, shade: number): Promise<void> {
  const background = { r: shade * 40, g: 90, b: 200 - shade * 40 };
  await sharp({ create: { width: 20, height: 16, channels: 3, background } }).toFile(path);
}

async function use<T>(
  workers: number,
  onBrokenImage: BrokenImageRule,
  action: (batches: ReturnType<typeof loader>) => Promise<T>,
  from = dataset,
): Promise<T> {
  const batches = loader(from, {
    batchSize: 4,
    transform: views.fastSiam({ inputSize: 8, numViews: 2 }),
    shuffle: false,
    seed: 1,
    workers,
    onBrokenImage,
    onMessage: (_level, text) => void warnings.push(text),
  });
  return action(batches).finally(() => batches.close());
}

describe('a broken image', () => {
  it.each([0, 2])('ends the run with its name and what to do, with %d workers', async (workers) => {
    await use(workers, 'error', async (batches) => {
      await expect(seenIn(batches, [0])).rejects.toMatchObject({
        name: 'BrokenImageError',
        message:
          `The image ${folder}/a/2.png cannot be read: its contents are not a JPEG, PNG, WebP, GIF, BMP, TIFF or PNM image. ` +
          'Repair or remove the file, or skip such images with --data.onBrokenImage skip.',
      });
      await expect(seenIn(batches, [0], { startBatch: 1 })).rejects.toThrow(
        `The image ${folder}/b/3.png cannot be read: the file is empty.`,
      );
    });
  });

  it.each([0, 2])('is replaced by the next one and is named once, with %d workers', async (workers) => {
    const found = await use(workers, 'skip', (batches) => seenIn(batches, [0, 0]));
    expect(found.map(({ indices }) => indices)).toEqual([
      [0, 1, 4, 4],
      [4, 5, 6, 0],
      [0, 1, 4, 4],
      [4, 5, 6, 0],
    ]);
    expect(found[1]!.labels).toEqual([1, 1, 1, 0]);
    expect(warnings).toEqual([
      `Skipping the image ${folder}/a/2.png, which cannot be read: its contents are not a JPEG, PNG, WebP, GIF, BMP, TIFF or PNM image.`,
      `Skipping the image ${folder}/a/3.png, which cannot be read: the file is empty.`,
      `Skipping the image ${folder}/b/3.png, which cannot be read: the file is empty.`,
    ]);
  });

  it('that is skipped leaves the same bytes with any number of workers', async () => {
    const [alone, shared] = [0, 3].map((workers) =>
      use(workers, 'skip', (batches) => seenIn(batches, [0, 1])),
    );
    expect(await shared).toEqual(await alone);
  });

  it('ends the run after all if there is no other', async () => {
    const hopeless = join(folder, 'hopeless');
    await mkdir(join(hopeless, 'x'), { recursive: true });
    for (const name of ['0.jpg', '1.jpg']) await writeFile(join(hopeless, 'x', name), '');
    const all = await datasets.open('folder', { path: hopeless, split: 'all' });
    await expect(use(0, 'skip', (batches) => seenIn(batches, [0]), all)).rejects.toThrow(
      `None of the 2 images of folder can be read; of ${hopeless}/x/1.jpg: the file is empty.`,
    );
  });
});
