import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasets, loader } from '../../../src/data';
import { start } from '../../../src/engine';
import { entries, isSpecial } from '../decoding/corpus';
import { rawPixels } from './helpers/raw-pixels';

const height = 5;
const width = 7;
/** Files of one size whose pixels are Pillow's. */
const equal = entries.filter(
  (entry) => !isSpecial(entry) && entry.height === height && entry.width === width,
);
let folder: string;

beforeAll(async () => {
  await start();
  folder = await mkdtemp(join(tmpdir(), 'fulgur-formats-'));
  await mkdir(join(folder, 'all'));
  for (const [index, { file }] of equal.entries()) {
    // The name says nothing of the format, and is not UTF-8.
    const name = Buffer.from(`${folder}/all/${String(index).padStart(3, '0')}\xe9.jpg`, 'latin1');
    await writeFile(name, Buffer.from(file, 'base64'));
  }
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('a folder of images of all formats', () => {
  it.each([0, 2])("gives Pillow's pixels with %d workers", async (workers) => {
    expect(equal.length).toBeGreaterThan(150);
    const dataset = await datasets.open('folder', { path: folder, split: 'all' });
    const batches = loader(dataset, {
      batchSize: 16,
      transform: rawPixels([height, width]),
      shuffle: false,
      dropLast: false,
      workers,
    });
    const found: Buffer[] = [];
    for await (const { views } of batches.epoch(0)) {
      const bytes = Buffer.from(views[0]?.dataSync<'float32'>() ?? []);
      for (let at = 0; at < bytes.length; at += height * width * 3) {
        found.push(bytes.subarray(at, at + height * width * 3));
      }
    }
    await batches.close();
    equal.forEach(({ name, rgb = '' }, index) => {
      expect([name, found[index]]).toEqual([name, Buffer.from(rgb, 'base64')]);
    });
  });
});
