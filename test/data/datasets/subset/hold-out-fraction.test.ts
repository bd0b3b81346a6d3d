import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { datasets, loader, views } from '../../../../src/data';
import type { ImageDataset } from '../../../../src/data';
import { identityOf, openWithSplits } from '../../../../src/data/datasets';
import { reopenDataset } from '../../../../src/data/datasets/dataset-spec';
import { PackedDataset, allocatePacked } from '../../../../src/data/datasets/packed-dataset';
import { holdOutFraction } from '../../../../src/data/datasets/subset/hold-out-fraction';
import { start } from '../../../../src/engine';
import { seenIn } from '../../loader/helpers/seen-batch';
import { splitStripes, stripes } from '../helpers/own-datasets';

let root: string;

beforeAll(async () => {
  await start();
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fulgur-fraction-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function put(...files: readonly string[]): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), '');
  }
}

function namesOf(dataset: ImageDataset): string[] {
  return Array.from({ length: dataset.length }, (_, index) => dataset.sampleName(index));
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index}.png`);

describe('a share of samples that is held out', () => {
  it('is split off by name: the same samples each time and in any folder, none of them in both parts', async () => {
    await put(...numbers(200));
    const open = (split: 'train' | 'test' | 'all') =>
      datasets.open('folder', { path: root, testFraction: 0.2, split });
    const [train, test, all] = [await open('train'), await open('test'), await open('all')];
    expect([train.split, test.split, all.split, test.hasTestSplit]).toEqual(['train', 'test', 'all', true]);
    expect([...namesOf(train), ...namesOf(test)].sort()).toEqual(namesOf(all).sort());
    // 200 draws with the chance 0.2: four standard deviations on either side of 40.
    expect(test.length).toBeGreaterThan(17);
    expect(test.length).toBeLessThan(63);
    // By Python's hashlib; another list would mean that older runs were judged by other images.
    expect(namesOf(test).slice(0, 8)).toEqual([
      '101.png',
      '107.png',
      '111.png',
      '115.png',
      '120.png',
      '126.png',
      '130.png',
      '131.png',
    ]);
    expect(namesOf(await open('test'))).toEqual(namesOf(test));
  });

  it('keeps its samples when others are added, and when the fraction grows', async () => {
    await put(...numbers(100));
    const held = async (testFraction: number): Promise<string[]> =>
      namesOf(await datasets.open('folder', { path: root, testFraction, split: 'test' }));
    const [few, more] = [await held(0.1), await held(0.3)];
    expect(more).toEqual(expect.arrayContaining(few));
    await put(...numbers(50).map((name) => `new-${name}`));
    expect((await held(0.1)).filter((name) => !name.startsWith('new-'))).toEqual(few);
  });

  it('replaces the tenth of each class of a folder of classes', async () => {
    await put(...numbers(30).flatMap((name) => [`a/${name}`, `b/${name}`]));
    const { openSplit } = await openWithSplits('folder', { path: root, testFraction: 0.5 });
    const test = await openSplit('test');
    expect(test.length).toBeGreaterThan(15);
    expect(test.classNames).toEqual(['a', 'b']);
    expect(namesOf(test).map((name) => name[0])).toEqual(
      Array.from({ length: test.length }, (_, index) => test.classNames[test.label(index) ?? -1]),
    );
  });

  it.each([
    ['digits', () => datasets.open('digits', { testFraction: 0.1 })],
    ['splitStripes', () => datasets.open(splitStripes(), { testFraction: 0.1 })],
    [
      'folder',
      async () => {
        await put('train/a/0.png', 'test/a/0.png');
        return datasets.open('folder', { path: root, testFraction: 0.1 });
      },
    ],
  ])('is rejected for %s, which has its own test split', async (name, open) => {
    await expect(open()).rejects.toThrow(
      `data.testFraction is 0.1, but the data set ${name} has its own test split. Remove data.testFraction.`,
    );
  });

  it.each([
    ['test', 0.001, 'larger'],
    ['train', 0.999, 'smaller'],
  ] as const)('must not leave the %s split empty', async (split, testFraction, other) => {
    await expect(datasets.open(stripes({ length: 5 }), { testFraction, split })).rejects.toThrow(
      `With data.testFraction ${testFraction}, none of the 5 samples of stripes is in the ${split} split. ` +
        `Whether a sample is held out depends on its name alone. Use a ${other} fraction or more samples.`,
    );
  });

  it.each([0, 1, -0.1, NaN])('is not %d', async (testFraction) => {
    await expect(datasets.open(stripes(), { testFraction })).rejects.toThrow(
      `The testFraction is ${testFraction}. Use a number above 0 and below 1.`,
    );
  });

  it.each([1, 2])('gives the same batches with %i loader threads', async (workers) => {
    const load = async (threads: number) => {
      const dataset = await datasets.open(stripes({ length: 40 }), { testFraction: 0.3 });
      const transform = views.fastSiam({ inputSize: 8 });
      return seenIn(loader(dataset, { batchSize: 4, transform, seed: 1, workers: threads }), [0]);
    };
    const alone = await load(0);
    expect(alone.length).toBeGreaterThan(5);
    expect(await load(workers)).toEqual(alone);
  });

  it('shares the memory of a packed data set with threads, and is identified by its pixels', async () => {
    const packed = (shade: number): PackedDataset => {
      const arrays = allocatePacked(30, 2, 2);
      arrays.pixels.fill(shade);
      const names = { name: 'packed', split: 'all', origin: 'here', classNames: ['a'] } as const;
      return new PackedDataset({
        kind: 'packed',
        ...names,
        hasTestSplit: false,
        height: 2,
        width: 2,
        ...arrays,
      });
    };
    const whole = packed(1);
    const train = holdOutFraction(whole, 'train', 0.5);
    const again = await reopenDataset(structuredClone(train.spec));
    whole.spec.pixels[Number(train.sampleName(0)) * 12] = 77;
    expect((await again.read(0)).data[0]).toBe(77);
    const prints = [train, holdOutFraction(whole, 'test', 0.5), holdOutFraction(packed(2), 'train', 0.5)];
    expect(new Set(prints.map((part) => identityOf(part).fingerprint)).size).toBe(3);
  });
});
