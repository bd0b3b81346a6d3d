import { readFile } from 'node:fs/promises';
import { datasets } from '../../../src/data';
import { reopenDataset } from '../../../src/data/datasets/dataset-spec';
import { openDigits } from '../../../src/data/datasets/digits';
import type { PackedDataset } from '../../../src/data/datasets/packed-dataset';
import type { ImageDataset } from '../../../src/data';

function imageKey(dataset: ImageDataset, index: number): string {
  const image = (dataset as PackedDataset).read(index);
  return `${dataset.label(index)}:${Buffer.from(image.data).toString('base64')}`;
}

describe('the digits data set', () => {
  let train: ImageDataset;
  let test: ImageDataset;

  beforeAll(async () => {
    train = await openDigits('train');
    test = await datasets.open('digits', { split: 'test' });
  });

  it('has 8,000 samples to train and 2,000 others to test, of ten classes', () => {
    expect([train.length, test.length, train.classNames.length]).toEqual([8000, 2000, 10]);
    const counts = new Array<number>(10).fill(0);
    for (const dataset of [train, test]) {
      for (let index = 0; index < dataset.length; index++) counts[dataset.label(index) ?? -1]! += 1;
    }
    // The lengths of the package's own lists.
    expect(counts).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
  });

  it('shares no image between the splits', () => {
    const seen = new Set(Array.from({ length: train.length }, (_, index) => imageKey(train, index)));
    const common = Array.from({ length: test.length }, (_, index) => imageKey(test, index)).filter((key) =>
      seen.has(key),
    );
    expect(common).toEqual([]);
  });

  it('contains the pixels of the package in the middle of black 32 x 32 RGB images', async () => {
    const all = await openDigits('all');
    const file = require.resolve('mnist/src/digits/3.json');
    const { data } = JSON.parse(await readFile(file, 'utf8')) as { data: number[] };
    const expected = new Uint8Array(32 * 32 * 3);
    for (let y = 0; y < 28; y++) {
      for (let x = 0; x < 28; x++) {
        expected.fill(
          Math.round(data[y * 28 + x]! * 255),
          ((y + 2) * 32 + x + 2) * 3,
          ((y + 2) * 32 + x + 3) * 3,
        );
      }
    }
    const keys = Array.from({ length: all.length }, (_, index) => imageKey(all, index));
    expect(keys).toContain(`3:${Buffer.from(expected).toString('base64')}`);
    expect(keys).toEqual(
      [train, test].flatMap((part) =>
        Array.from({ length: part.length }, (_, index) => imageKey(part, index)),
      ),
    );
  });

  it('shares its memory with a thread that opens it again', async () => {
    const again = await reopenDataset(structuredClone(test.spec));
    const { pixels } = (test as PackedDataset).spec;
    const before = pixels[0]!;
    pixels[0] = 77;
    expect((again as PackedDataset).read(0).data[0]).toBe(77);
    pixels[0] = before;
  });

  it('rejects an index that does not exist', () => {
    expect(() => test.label(2000)).toThrow(
      'Sample 2000 of digits (test) does not exist. Use an index from 0 to 1999.',
    );
  });
});
