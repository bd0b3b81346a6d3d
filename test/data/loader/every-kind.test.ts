import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ImageDataset } from '../../../src/data';
import { datasets, loader } from '../../../src/data';
import { start } from '../../../src/engine';
import { IMAGES, madeOf } from './helpers/every-kind';
import { probe } from './helpers/probe-transform';
import { seen, seenIn } from './helpers/seen-batch';
import { shardOf, tarOf, tinyImage } from '../datasets/helpers/tar-files';

let folder: string;
let dataset: ImageDataset;

beforeAll(() => start());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fulgur-kinds-'));
});
afterEach(async () => {
  await dataset.close?.();
  await rm(folder, { recursive: true });
});

type Options = Partial<Parameters<typeof loader>[1]>;

async function batches<T>(options: Options, use: (one: ReturnType<typeof loader>) => Promise<T>): Promise<T> {
  const one = loader(dataset, { batchSize: 4, transform: probe(), seed: 7, workers: 0, ...options });
  try {
    return await use(one);
  } finally {
    await one.close();
  }
}

describe.each(Object.entries(madeOf))('%s', (name, make) => {
  beforeEach(async () => {
    const path = await make(folder);
    dataset = await datasets.open(name, { path, split: 'all', onMessage: () => undefined });
  });

  it('gives the same bits with 0, 1 and 2 threads, each image once', async () => {
    const [none, one, two] = await Promise.all(
      [0, 1, 2].map((workers) => batches({ workers }, (all) => seenIn(all, [0, 1]))),
    );
    expect(
      none
        ?.slice(0, 6)
        .flatMap(({ indices }) => indices)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: IMAGES }, (_, index) => index));
    expect(new Set(none?.flatMap(({ hashes }) => hashes)).size).toBe(24);
    expect(one).toEqual(none);
    expect(two).toEqual(none);
  });

  it.each([0, 2])(
    'continues in mid-epoch where it left off, moved and opened again: %i threads',
    async (workers) => {
      const whole = await batches({ workers }, (all) => seenIn(all, [3]));
      await dataset.close?.();
      await mkdir(join(folder, 'moved'));
      const path = await make(join(folder, 'moved'));
      dataset = await datasets.open(name, { path, split: 'all', onMessage: () => undefined });
      expect(await batches({ workers }, (all) => seenIn(all, [3], { startBatch: 2 }))).toEqual(
        whole.slice(2),
      );
    },
  );

  it('is shared between two ranks: together what one rank has', async () => {
    const ranks = await Promise.all(
      [0, 1].map((rank) =>
        batches({ rank, worldSize: 2, batchSize: 2, workers: 1 - rank }, (all) => seenIn(all, [0])),
      ),
    );
    const both = ranks.flat().flatMap(({ indices }) => indices);
    expect(new Set(both).size).toBe(IMAGES);
    expect(both).toHaveLength(IMAGES);
  });

  it('has unique names for all samples, and labels if they are known', () => {
    const all = Array.from({ length: dataset.length }, (_, index) => index);
    expect(new Set(all.map((index) => dataset.sampleName(index))).size).toBe(IMAGES);
    const labelled = all.filter((index) => dataset.label(index) !== null);
    expect(dataset.classNames).toHaveLength(3);
    expect(labelled).toHaveLength(name === 'list' || name === 'packed' ? 16 : IMAGES);
  });
});

it('shards: another process may write shards beside them, and add to theirs, in the middle of an epoch', async () => {
  await writeFile(join(folder, '0.tar'), await shardOf(0, 20));
  await writeFile(join(folder, 'in.ppm'), Buffer.concat([tinyImage(1), Buffer.alloc(20_000)]));
  const openAll = () => datasets.open('shards', { path: folder, split: 'all', onMessage: () => undefined });
  dataset = await openAll();
  const undisturbed = await batches({ workers: 0 }, (all) => seenIn(all, [0, 1]));
  const script =
    'cp 0.tar .t && mv .t 1.tar && tar -rf 0.tar in.ppm && tar -cf half.tar in.ppm && head -c 700 half.tar > 2.tar';
  const disturbed = await batches({ workers: 2, prefetch: 1 }, async (all) => {
    const found = [];
    for (const epoch of [0, 1]) {
      for await (const batch of all.epoch(epoch)) {
        found.push(seen(batch));
        if (found.length === 2) await promisify(execFile)('sh', ['-c', script], { cwd: folder });
      }
    }
    return found;
  });
  expect(disturbed).toEqual(undisturbed);
  // Opening them now reports the truncated one.
  await expect(openAll()).rejects.toThrow(`The shard ${join(folder, '2.tar')} is truncated`);
});

it.each([0, 2])(
  'shards: one that has changed ends the epoch with its sentence, %i threads',
  async (workers) => {
    await writeFile(join(folder, '0.tar'), await shardOf(0, 20));
    dataset = await datasets.open('shards', { path: folder, split: 'all', onMessage: () => undefined });
    await writeFile(join(folder, '0.tar'), await tarOf([['x.ppm', tinyImage(3)]]));
    await expect(
      batches({ workers, onBrokenImage: 'skip' }, (all) => seenIn(all, [0])),
    ).rejects.toMatchObject({
      kind: 'data',
      message:
        `The shard ${join(folder, '0.tar')} has changed since it was indexed: it has 2048 bytes instead of 41984. ` +
        'Start again, and do not change shards that are being read.',
    });
  },
);
