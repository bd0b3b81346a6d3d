import { z } from 'zod';
import type { ViewBatch } from '../../../../src/contracts';
import { datasets, defineDataset, loader, views } from '../../../../src/data';
import { identityOf } from '../../../../src/data/datasets';
import { start } from '../../../../src/engine';
import { seenIn } from '../../loader/helpers/seen-batch';
import { misnamed, odd, splitStripes, stripes, stripesInOnePlace } from '../helpers/own-datasets';

beforeAll(async () => {
  await start();
});

const transform = views.fastSiam({ inputSize: 8, normalize: null });

async function loaded(declaration: ReturnType<typeof stripes>, workers: number) {
  const dataset = await datasets.open(declaration);
  return loader(dataset, { batchSize: 4, transform, seed: 3, workers, onMessage: () => undefined });
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing',
    (error: unknown) => (error as Error).message.replaceAll(/\/\S*\/test\//g, 'test/'),
  );
}

describe("a user's own data set", () => {
  it('is opened by its declaration, with labels that may be missing and names of its samples', async () => {
    const dataset = await datasets.open(stripes({ length: 6 }));
    expect([dataset.name, dataset.split, dataset.length, dataset.hasTestSplit]).toEqual([
      'stripes',
      'train',
      6,
      false,
    ]);
    expect(Array.from({ length: 6 }, (_, index) => dataset.label(index))).toEqual([0, 1, 2, null, 1, 2]);
    expect(dataset.sampleName(4)).toBe('stripe-4');
    expect(dataset.describe(4)).toBe('sample stripe-4 of stripes (train)');
    expect(identityOf(dataset)).toMatchObject({ name: 'stripes', samples: 6, classes: 3 });
  });

  it('gives the same batches with 0, 1 and 2 loader threads', async () => {
    const found = [];
    for (const workers of [0, 1, 2]) found.push(await seenIn(await loaded(stripes(), workers), [0, 1]));
    expect(found[0]).toHaveLength(10);
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });

  it.each([false, true])(
    'may fill the same memory for each image, though the next one is read while one is in use (late: %p)',
    async (late) => {
      const expected = await loaded(stripes(), 0);
      const batches = await seenIn(expected, [0]);
      await expected.close();
      for (const workers of [0, 1]) {
        const reused = await loaded(stripesInOnePlace({ late }), workers);
        expect(await seenIn(reused, [0])).toEqual(batches);
        await reused.close();
      }
    },
  );

  it('has the label -1 in a batch if an image has none', async () => {
    const dataset = await datasets.open(stripes({ length: 4 }));
    const batches = loader(dataset, { batchSize: 4, transform, shuffle: false, workers: 0 });
    const labels: number[][] = [];
    for await (const batch of batches.epoch(0) as AsyncIterable<ViewBatch>)
      labels.push([...(await batch.labels.data())]);
    expect(labels).toEqual([[0, 1, 2, -1]]);
    await batches.close();
  });

  it('may have its own test split', async () => {
    const lengths = [];
    for (const split of ['train', 'test', 'all'] as const) {
      lengths.push((await datasets.open(splitStripes(), { split })).length);
    }
    expect(lengths).toEqual([15, 5, 20]);
  });

  it('has no test split unless it declares one, and names the way to get one', async () => {
    expect(await failureOf(datasets.open(stripes(), { split: 'test' }))).toBe(
      'The data set stripes has no test split. Hold out a part of it: --data.testFraction 0.1.',
    );
  });

  it.each<[unknown, string]>([
    [
      undefined,
      'defineDataset was given the export undefined. Write the name under which its file exports it.',
    ],
    [{ export: 5 }, 'defineDataset was given the export 5. Write the name under which its file exports it.'],
    [
      { export: 'photos' },
      'defineDataset of photos was given the open undefined. Write a function that opens the data set.',
    ],
    [
      { export: 'photos', open: () => null, options: { csv: 'a' } },
      'defineDataset of photos was given the options {"csv":"a"}. Write a zod schema: z.strictObject({ csv: z.string() }).',
    ],
    [
      { export: 'photos', open: () => null, module: './photos' },
      'defineDataset of photos was given the module "./photos". Write __filename, in an ES module import.meta.url.',
    ],
    [
      { export: 'photos', open: () => null, hasTestSplit: 'yes' },
      'defineDataset of photos was given the hasTestSplit "yes". Write true or false.',
    ],
  ])('is rejected if its definition is %j', (definition, message) => {
    const define = defineDataset as (definition: unknown) => unknown;
    expect(() => define(definition)).toThrow(new Error(message));
  });

  it('rejects options that its schema rejects when it is declared', () => {
    expect(() => stripes({ length: -1 })).toThrow(
      'The data set stripes cannot use its options: length: must be above 0. Correct them where stripes({ ... }) is called.',
    );
    expect(() => (splitStripes as (options: object) => unknown)({ csv: 'x' })).toThrow(
      'The data set splitStripes cannot use its options: csv: is not an option, since the data set declares none. ' +
        'Correct them where splitStripes({ ... }) is called.',
    );
  });

  it('rejects options that cannot be recorded', () => {
    const dated = defineDataset({
      ...{ module: __filename, export: 'dated', options: z.object({ since: z.date() }) },
      open: () => ({ length: 1, read: () => ({ width: 1, height: 1, data: new Uint8Array(3) }) }),
    });
    expect(() => dated({ since: new Date(0) })).toThrow(
      'The options of the data set dated are not plain data: options.since is an object of class Date, which cannot be written as JSON.',
    );
  });

  it.each([
    ['nothing', 'returned undefined from open, not an object with length and read'],
    ['no length', 'returned the length 2.5 from open, which is not a whole number of samples'],
    ['no samples', 'returned no samples from open'],
    ['no read', 'did not return a function read from open'],
    ['class numbers', 'returned classNames from open that are not a list of strings'],
    [
      'a label too large',
      'gave sample photo-1 the label 2, but labels are null or whole numbers from 0 to 1',
    ],
    ['a label without classes', 'gave sample 0 the label 0, but it has no class names'],
    ['a label that throws', 'threw for the label of sample 0: no such row'],
    ['a name that is a number', 'gave sample 0 the name 0, which is not a string'],
  ])('is rejected if it returns %s', async (gives, finding) => {
    expect(await failureOf(datasets.open(odd({ gives })))).toBe(
      `The data set odd ${finding}. Correct the definition of odd given to defineDataset.`,
    );
  });

  it('reports why it cannot be opened', async () => {
    expect(await failureOf(datasets.open(odd({ gives: 'an error' })))).toBe(
      'The data set odd cannot be opened: photos.csv does not exist. ' +
        'Correct its options, its data or its open.',
    );
  });

  it.each([0, 2])('names the sample whose image cannot be used, with %i threads', async (workers) => {
    const failure = async (gives: string): Promise<string> => {
      const batches = await loaded(odd({ gives }), workers);
      const failed = await failureOf(seenIn(batches, [0]));
      await batches.close();
      return failed;
    };
    const fix =
      "Return { width, height, channels, data } from the data set's read, with one value per channel and pixel.";
    expect(await failure('too few bytes')).toBe(
      `The image sample photo-2 of odd (train) cannot be used: it has 8 x 8 pixels of 4 channels, and 192 values instead of 256. ${fix}`,
    );
    expect(await failure('no image')).toBe(
      `The image sample 2 of odd (train) cannot be used: it has no data of type Uint8Array or Uint16Array. ${fix}`,
    );
    expect(await failure('an image that throws')).toBe(
      'The image sample 2 of odd (train) cannot be read: the camera is off. ' +
        "Correct the data set's read; for a broken image, throw new BrokenImageError(name, reason), " +
        'which --data.onBrokenImage skip leaves out.',
    );
  });

  it.each([0, 2])(
    'leaves out an image if its read throws BrokenImageError, but no other error, with %i threads',
    async (workers) => {
      const seen = async (gives: string) => {
        const messages: string[] = [];
        const batches = loader(await datasets.open(odd({ gives })), {
          ...{ batchSize: 4, shuffle: false, transform, seed: 3, workers, onBrokenImage: 'skip' },
          onMessage: (_, text) => void messages.push(text),
        });
        const found = await seenIn(batches, [0]).finally(() => batches.close());
        return { indices: found.map(({ indices }) => indices), messages };
      };
      expect(await seen('a broken image')).toEqual({
        indices: [[0, 1, 3, 3]],
        messages: ['Skipping the image sample 2 of odd (train), which cannot be read: the lens was covered.'],
      });
      expect(await failureOf(seen('an image that throws'))).toBe(
        'The image sample 2 of odd (train) cannot be read: the camera is off. ' +
          "Correct the data set's read; for a broken image, throw new BrokenImageError(name, reason), " +
          'which --data.onBrokenImage skip leaves out.',
      );
    },
  );

  it.each(['the end of the thread at once', 'the end of the thread a little later'])(
    'names the sample being read if the read causes %s',
    async (gives) => {
      const batches = loader(await datasets.open(odd({ gives })), {
        ...{ batchSize: 12, shuffle: false, transform, workers: 1, seed: 3, onMessage: () => undefined },
      });
      expect(await failureOf(seenIn(batches, [0]))).toBe(
        'A loader thread died 3 times at sample 5 of odd (train): it ended with exit code 3. ' +
          'Check this sample and the view transform, or reproduce the failure in the main thread with workers: 0.',
      );
      await batches.close();
    },
  );

  it('reports what a loader thread lacks: the export, or the samples of the main thread', async () => {
    const without = await loaded(misnamed(), 1);
    expect(await failureOf(seenIn(without, [0]))).toBe(
      'A loader thread could not start: test/data/datasets/helpers/own-datasets.ts does not export a data set "elsewhere". ' +
        'Loader threads reopen a data set by the file and the name given to defineDataset. ' +
        "Write export const elsewhere = defineDataset({ export: 'elsewhere', ... }) in that file.",
    );
    await without.close();
    for (const gives of ['other samples in threads', 'other labels in threads']) {
      const others = await loaded(odd({ gives }), 1);
      expect(await failureOf(seenIn(others, [0]))).toBe(
        'A loader thread could not start: The data set odd has other samples in a loader thread than in the main thread. ' +
          'The data has changed since, or open does not return the same samples each time. ' +
          'Make open return the same samples in the same order at every call.',
      );
      await others.close();
    }
  });

  it('is not a plain object, a class or a function that was not called', async () => {
    class Photos {}
    const open = datasets.open as (source: unknown) => Promise<unknown>;
    const shown =
      "write export const photos = defineDataset({ export: 'photos', open: () => ({ length, read }) }) and pass dataset: photos()";
    const around = (problem: string): string =>
      `datasets.open was given neither a name nor a data set. Its argument ${problem}. ` +
      "Call it as datasets.open('digits') or datasets.open(photos()).";
    const kind = 'must be the result of a function made by defineDataset, not';
    expect(await failureOf(open({ length: 2 }))).toBe(around(`${kind} an object; ${shown}`));
    expect(await failureOf(open(new Photos()))).toBe(around(`${kind} a Photos; ${shown}`));
    expect(await failureOf(open(Photos))).toBe(around(`${kind} a class; ${shown}`));
    expect(await failureOf(open(stripes))).toBe(around('must be called: dataset: stripes({ ... })'));
  });
});
