import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoaderOptions } from '../../../src/data';
import { imageLoader, loader, views } from '../../../src/data';
import { liveCounts, start } from '../../../src/engine';
import { probe } from './helpers/probe-transform';
import type { SeenBatch } from './helpers/seen-batch';
import { seenIn } from './helpers/seen-batch';
import { smallDataset } from './helpers/small-dataset';

type Batches = ReturnType<typeof loader>;

const dataset = smallDataset(23);
const open: Batches[] = [];
let folder: string;
let journal: string;
let warnings: string[];
let alive: ReturnType<typeof liveCounts>;

beforeAll(async () => {
  await start();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fulgur-loader-'));
  journal = join(folder, 'journal');
  await writeFile(journal, '');
  warnings = [];
  alive = liveCounts();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((batches) => batches.close()));
  await rm(folder, { recursive: true });
  expect(liveCounts()).toEqual(alive);
});

function load(options: Partial<LoaderOptions> = {}): Batches {
  const onMessage = (_level: string, text: string): void => void warnings.push(text);
  const batches = loader(dataset, {
    batchSize: 5,
    transform: probe(),
    seed: 7,
    workers: 0,
    onMessage,
    ...options,
  });
  open.push(batches);
  return batches;
}

/** Samples transformed so far, `epoch:index` each, once nothing has been added for a while. */
async function settledJournal(atLeast: number): Promise<string[]> {
  const lines = async (): Promise<string[]> => (await readFile(journal, 'utf8')).split('\n').slice(0, -1);
  for (let tries = 0; tries < 400 && (await lines()).length < atLeast; tries++) await sleep(20);
  await sleep(100);
  return lines();
}

describe('loader', () => {
  it.each([1, 2, 3])('gives the bytes that it gives without workers with %d of them', async (workers) => {
    const transform = views.fastSiam({ inputSize: 8 });
    const expected = await seenIn(load({ transform }), [0, 1]);
    expect(expected.map(({ indices }) => indices.length)).toEqual([5, 5, 5, 5, 3, 5, 5, 5, 5, 3]);
    const batches = load({ transform, workers });
    expect(await seenIn(batches, [0, 1])).toEqual(expected);
    expect(await seenIn(batches, [0, 1])).toEqual(expected);
  });

  it('gives each epoch a different order and different views of the same samples', async () => {
    const [first, second] = [await seenIn(load(), [0]), await seenIn(load(), [1])];
    const order = (batches: readonly SeenBatch[]): number[] => batches.flatMap(({ indices }) => [...indices]);
    expect(order(first)).not.toEqual(order(second));
    expect([order(first), order(second)].map((all) => all.sort((a, b) => a - b))).toEqual(
      Array.from({ length: 2 }, () => [...Array(23).keys()]),
    );
    const [batch] = await seenIn(load({ shuffle: false }), [0]);
    const [later] = await seenIn(load({ shuffle: false }), [1]);
    expect(later!.indices).toEqual([0, 1, 2, 3, 4]);
    expect(batch!.labels).toEqual([0, 1, 2, 0, 1]);
    expect(later!.hashes).not.toEqual(batch!.hashes);
    expect(batch!.hashes[0]).not.toBe(batch!.hashes[1]);
  });

  it.each([0, 2])(
    'begins in the middle of an epoch as if from its beginning, with %d workers',
    async (workers) => {
      const all = await seenIn(load(), [3]);
      const batches = load({ workers });
      expect(await seenIn(batches, [3], { startBatch: 2 })).toEqual(all.slice(2));
      expect(await seenIn(batches, [3], { startBatch: 1, limit: 2 })).toEqual(all.slice(1, 3));
      expect(await seenIn(batches, [3], { startBatch: 4, limit: 9 })).toEqual(all.slice(4));
      expect(await seenIn(batches, [3], { startBatch: 5 })).toEqual([]);
    },
  );

  it('leaves out a last batch that is not full on request', async () => {
    const batches = load({ dropLast: true });
    expect([batches.batchesPerEpoch, load().batchesPerEpoch]).toEqual([4, 5]);
    expect(await seenIn(batches, [0])).toEqual((await seenIn(load(), [0])).slice(0, 4));
  });

  it('gives every rank its share of the same order', async () => {
    const whole = (await seenIn(load(), [0])).flatMap(({ indices }) => indices);
    const shares = await Promise.all(
      [0, 1].map(async (rank) => seenIn(load({ rank, worldSize: 2, dropLast: true, batchSize: 11 }), [0])),
    );
    expect(shares.map(([batch]) => batch!.indices)).toEqual(
      [0, 1].map((rank) => whole.filter((_, place) => place % 2 === rank && place < 22)),
    );
  });

  it('prepares the requested number of batches ahead of the consumer, and no more', async () => {
    const batches = load({ workers: 1, prefetch: 2, transform: probe({ journal }) });
    const iterator = batches.epoch(0);
    await iterator.next();
    expect(await settledJournal(15)).toHaveLength(15);
    await iterator.next();
    expect(await settledJournal(20)).toHaveLength(20);
    await iterator.return();
  });

  it('makes the first batches of the next epoch while the last ones of this epoch are used', async () => {
    const batches = load({ workers: 1, prefetch: 2, transform: probe({ journal }) });
    await seenIn(batches, [0]);
    const lines = await settledJournal(33);
    expect(lines.slice(0, 23).every((line) => line.startsWith('0:'))).toBe(true);
    const next = (await seenIn(load(), [1], { limit: 2 })).flatMap(({ indices }) => indices);
    expect(lines.slice(23)).toEqual(next.map((index) => `1:${index}`));
  });

  it('drops what it has prepared ahead if the consumer goes elsewhere', async () => {
    const batches = load({ workers: 1, prefetch: 2, transform: probe({ journal }) });
    const left = batches.epoch(0);
    await left.next();
    await settledJournal(15);
    await left.return();
    const iterator = batches.epoch(5);
    await iterator.next();
    const lines = await settledJournal(30);
    expect(lines.filter((line) => line.startsWith('5:'))).toHaveLength(15);
    await iterator.return();
  });

  it('frees a batch when the next one is requested, and the last one at the end', async () => {
    const batches = load({ workers: 1 });
    for await (const batch of batches.epoch(0)) {
      expect(liveCounts().tensors).toBe(alive.tensors + 4);
      expect(batch.views.map(({ shape }) => shape[0])).toEqual([batch.indices.size, batch.indices.size]);
    }
    expect(liveCounts()).toEqual(alive);
  });

  it('frees the batch when the consumer leaves the loop, and continues with whatever is requested next', async () => {
    const batches = load({ workers: 1 });
    const expected = await seenIn(load(), [5]);
    for await (const batch of batches.epoch(0)) {
      expect(batch.views).toHaveLength(2);
      break;
    }
    expect(liveCounts()).toEqual(alive);
    const failing = async (): Promise<void> => {
      for await (const batch of batches.epoch(9)) throw new Error(`${batch.views.length}`);
    };
    await expect(failing()).rejects.toThrow('2');
    expect(liveCounts()).toEqual(alive);
    expect(await seenIn(batches, [5])).toEqual(expected);
  });

  it('serves two loops at once out of one slot', async () => {
    const batches = load({ workers: 1, prefetch: 1 });
    const both = await Promise.all([seenIn(batches, [0]), seenIn(batches, [1])]);
    expect(both).toEqual([await seenIn(load(), [0]), await seenIn(load(), [1])]);
  });

  it.each([0, 2])('ends what is under way when it is closed, with %d workers', async (workers) => {
    const batches = load({ workers });
    const iterator = batches.epoch(0);
    expect((await iterator.next()).done).toBe(false);
    const message =
      'A batch was requested after the loader was closed. Create a new loader, or close this one later.';
    // The second batch may be there already; the third is one too many.
    const ended = expect(iterator.next().then(() => iterator.next())).rejects.toThrow(message);
    await batches.close();
    await ended;
    expect(liveCounts()).toEqual(alive);
    await expect(batches.epoch(0).next()).rejects.toThrow(message);
  });

  it('ends its threads when it is closed, and lets the program end if it is forgotten', async () => {
    const child = spawn(
      process.execPath,
      ['-r', 'ts-node/register', join(__dirname, 'helpers', 'forgotten-loaders.ts')],
      { cwd: join(__dirname, '..', '..', '..'), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    const killer = setTimeout(() => child.kill(), 40_000);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(killer);
    expect(output).toBe('a batch of 2 views\nafter close: threads -1 -1\na batch of 2 views\n');
    expect(code).toBe(0);
  });
});

describe("a loader's options", () => {
  it('are whole numbers', () => {
    expect(() => load({ batchSize: 0 })).toThrow(
      "The loader's batchSize is 0. Use a whole number of at least 1.",
    );
    expect(() => load({ prefetch: 0 })).toThrow(
      "The loader's prefetch is 0. Use a whole number of at least 1.",
    );
    expect(() => load({ workers: -1 })).toThrow(
      "The loader's workers is -1. Use a whole number of at least 0.",
    );
    expect(() =>
      imageLoader(dataset, { batchSize: 4, transform: views.plain({ inputSize: 8 }), limit: 1.5 }),
    ).toThrow("The loader's limit is 1.5. Use a whole number of at least 1.");
  });

  it('leave at least one batch', () => {
    expect(() => load({ batchSize: 24, dropLast: true })).toThrow(
      'The data set small (train) has 23 samples: too few for one batch of 24. A last batch that is not full is left out. ' +
        'Choose a batchSize of at most 23, or set dropLast to false.',
    );
    expect(() => load({ batchSize: 12, dropLast: true, worldSize: 2 })).toThrow(
      'The data set small (train) has 23 samples over 2 ranks: too few for one batch of 12. ' +
        'A last batch that is not full is left out. Choose a batchSize of at most 11, or set dropLast to false.',
    );
  });
});

describe('imageLoader', () => {
  it('gives plain images in the order of the data set, the same ones in each epoch', async () => {
    const batches = imageLoader(dataset, {
      batchSize: 10,
      transform: views.plain({ inputSize: 12, normalize: null }),
      workers: 0,
    });
    const epochs: number[][][] = [];
    for (const epoch of [0, 1]) {
      const found: number[][] = [];
      for await (const { images, indices } of batches.epoch(epoch)) {
        found.push([...indices.dataSync()], [...images.dataSync().slice(0, 3)]);
      }
      epochs.push(found);
    }
    const [first, second] = epochs;
    expect(second).toEqual(first);
    expect([first![0], first![2], first![4]]).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
      [20, 21, 22],
    ]);
    const pixel = [...dataset.read(10).data.subarray(0, 3)];
    expect(first![3]).toEqual(pixel.map((value) => Math.fround(value / 255)));
    await batches.close();
  });

  it('spreads a limit evenly over the data set', async () => {
    const batches = imageLoader(dataset, {
      batchSize: 10,
      transform: views.plain({ inputSize: 8 }),
      limit: 4,
      workers: 0,
    });
    const found: number[] = [];
    for await (const { indices } of batches.epoch(0)) found.push(...indices.dataSync());
    expect(found).toEqual([0, 5, 11, 17]);
    expect(batches.samples).toBe(4);
    await batches.close();
  });
});

describe('a loader thread that dies', () => {
  it.each([
    ['exit', 'it ended with exit code 7'],
    ['stray exception', 'RangeError: the probe strays'],
  ] as const)('by %s is replaced, and changes nothing in the data', async (how, reason) => {
    const expected = await seenIn(load(), [0, 1]);
    const transform = probe({ journal, at: [11], how, times: 2 });
    expect(await seenIn(load({ workers: 2, transform }), [0, 1])).toEqual(expected);
    // A thread may still get its work done before a stray exception ends it.
    for (let tries = 0; tries < 400 && warnings.length < 2; tries++) await sleep(20);
    expect(warnings).toHaveLength(2);
    const place = how === 'exit' ? 'at sample 11' : '(?:at|after) sample \\d+';
    const text = `^A loader thread died ${place} of small \\(train\\) \\(${reason}\\); it is replaced`;
    for (const warning of warnings) expect(warning).toMatch(new RegExp(text));
    if (how === 'exit') expect(warnings[1]).toMatch(/ and its work is repeated\.$/);
  });

  it('three times at a sample ends the run with its name, and other batches are still available', async () => {
    const expected = await seenIn(load({ shuffle: false }), [0]);
    const batches = load({ shuffle: false, workers: 1, transform: probe({ at: [6], how: 'exit' }) });
    await expect(seenIn(batches, [0])).rejects.toThrow(
      'A loader thread died 3 times at sample 6 of small (train): it ended with exit code 7. ' +
        'Check this sample and the view transform, or reproduce the failure in the main thread with workers: 0.',
    );
    expect(await seenIn(batches, [0], { startBatch: 2 })).toEqual(expected.slice(2));
  });

  it('before it has begun reports the obstacle', async () => {
    const batches = load({ workers: 2, transform: probe({ unbuildable: true }) });
    await expect(batches.epoch(0).next()).rejects.toThrow(
      'A loader thread could not start: the probe cannot be built here. ' +
        'Threads reopen the data set and rebuild the view transform from its module. ' +
        'Make that module loadable on its own, or prepare batches in the main thread with workers: 0.',
    );
  });
});

describe('a transform that throws', () => {
  it.each([0, 2])('ends the run with the name of the first sample, with %d workers', async (workers) => {
    const transform = probe({ at: [3, 4, 8], how: 'throw' });
    await expect(seenIn(load({ shuffle: false, workers, transform }), [0])).rejects.toThrow(
      'The view transform failed on sample 3 of small (train), index 3: the probe fails. ' +
        'Correct the transform, or debug it on this sample with workers: 0.',
    );
  });
});
