import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageDataset, Split } from '../../../../src/data';
import type { PackedOptions } from '../../../../src/data/datasets/npz/open-packed';
import { openPacked } from '../../../../src/data/datasets/npz/open-packed';
import { rgbOf } from '../../../../src/data/source-image';
import { npyBytes, zipOf } from '../helpers/array-files';

/** Files that NumPy wrote; `ramp` says what is in them. */
const { files } = JSON.parse(readFileSync(join(__dirname, 'data', 'numpy-files.json'), 'utf8')) as {
  files: Readonly<Record<string, string>>;
};

let folder: string;
let file: string;
let messages: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fulgur-packed-'));
  file = join(folder, 'a.npz');
  messages = [];
});
afterEach(() => rm(folder, { recursive: true }));

async function open(
  split: Split = 'train',
  options: Omit<PackedOptions, 'onMessage'> = {},
): Promise<ImageDataset> {
  return openPacked(file, split, { ...options, onMessage: (_, text) => void messages.push(text) });
}

async function openNumpy(name: string, split: Split = 'train'): Promise<ImageDataset> {
  await writeFile(file, Buffer.from(files[name] ?? '', 'base64'));
  return open(split);
}

/** The values that NumPy was given, as `numpy.arange(n) * step % modulus`. */
const ramp = (count: number, from = 0, step = 7, modulus = 251): number[] =>
  Array.from({ length: count }, (_, at) => ((from + at) * step) % modulus);

async function values(dataset: ImageDataset, index: number): Promise<number[]> {
  return [...(await dataset.read(index)).data];
}

const labels = (dataset: ImageDataset): (number | null)[] =>
  Array.from({ length: dataset.length }, (_, index) => dataset.label(index));

describe('openPacked', () => {
  it("reads Keras' names: gray images, a test split", async () => {
    const train = await openNumpy('keras');
    expect([train.name, train.length, train.hasTestSplit, train.classNames]).toEqual([
      'packed',
      5,
      true,
      ['0', '1', '2', '3'],
    ]);
    expect(labels(train)).toEqual([2, 0, 1, 1, 0]);
    expect(await train.read(1)).toMatchObject({ width: 3, height: 4, channels: 1 });
    expect(await values(train, 1)).toEqual(ramp(12, 12));
    const test = await openNumpy('keras', 'test');
    expect(labels(test)).toEqual([3, 0]);
    expect(await values(test, 1)).toEqual(ramp(12, 12, 11));
    const all = await openNumpy('keras', 'all');
    expect(labels(all)).toEqual([2, 0, 1, 1, 0, 3, 0]);
    expect(await values(all, 6)).toEqual(ramp(12, 12, 11));
    expect([all.sampleName(6), all.describe(6)]).toEqual(['6', 'sample 6 of packed (all)']);
  });

  it("reads MedMNIST's names, compressed, and reports what is left out", async () => {
    const train = await openNumpy('medmnist');
    expect(labels(train)).toEqual([1, 0, 1, 0]);
    expect(await values(train, 3)).toEqual(ramp(12, 36));
    const test = await openNumpy('medmnist', 'test');
    expect(await values(test, 1)).toEqual(ramp(12, 12, 5));
    expect(messages[0]).toBe(`Left out of ${file}: 1 validation images because there are test images.`);
  });

  it('reads 16 bits, whose white is 65535; -1 is not a label', async () => {
    const dataset = await openNumpy('deep');
    expect(labels(dataset)).toEqual([0, null, 1]);
    const image = await dataset.read(2);
    expect(image.data).toBeInstanceOf(Uint16Array);
    expect([...image.data]).toEqual(ramp(4, 8, 6007, 65521));
    expect([...rgbOf(image).data].slice(0, 3)).toEqual(
      Array.from({ length: 3 }, () => Math.round((((8 * 6007) % 65521) / 65535) * 255)),
    );
    expect(messages).toEqual([`1 of the 3 images in ${file} have no label.`]);
  });

  it('finds the only array of four dimensions, and reads an npy file', async () => {
    const rgba = await openNumpy('rgba');
    expect([rgba.length, labels(rgba), (await rgba.read(0)).channels]).toEqual([2, [null, null], 4]);
    expect(messages).toEqual([
      `Not read of ${file}: the array else_, since its name says nothing of images or labels.`,
    ]);
    const plain = await openNumpy('plain', 'all');
    expect([plain.length, plain.classNames, plain.hasTestSplit]).toEqual([2, [], false]);
    expect(await values(plain, 1)).toEqual(ramp(12, 12));
    await expect(openNumpy('plain', 'test')).rejects.toThrow(
      'The data set packed has no test split. Hold out a part of it: --data.testFraction 0.1.',
    );
  });

  const pixels = 'Save the pixels as uint8 or little-endian uint16.';
  const numbers = 'Save one whole number per image, as [images] or [images, 1].';
  const names = 'Name it one of: images, x, data, x_train, train_images.';
  it.each<[string, string]>([
    [
      'float',
      `The array images in FILE contains floating-point numbers of the type <f4, not pixels. ${pixels}`,
    ],
    ['wide', `The array images in FILE contains numbers of the type <i8, not pixels. ${pixels}`],
    [
      'fortran',
      'The array images in FILE is in Fortran order. Save it in C order: numpy.ascontiguousarray(array).',
    ],
    ['bigEndian', `The array images in FILE is big-endian (>u2). ${pixels}`],
    ['objects', `The array images in FILE contains Python objects, which only Python can read. ${pixels}`],
    ['records', `The array images in FILE contains records of several fields. ${pixels}`],
    [
      'channelsFirst',
      'The array images in FILE has the shape [2, 3, 5, 5], not [images, height, width] or [images, height, width, channels] with 1, 3 or 4 channels. ' +
        'Put the channels last: numpy.moveaxis(array, 1, -1).',
    ],
    [
      'flat',
      'The array images in FILE has the shape [4, 9], not [images, height, width] or [images, height, width, channels] with 1, 3 or 4 channels. ' +
        'Save it in one of these shapes.',
    ],
    ['none', 'The array images in FILE contains no images. Save images in it.'],
    ['labelsMissing', `The array labels in FILE has the shape [2], but there are 3 images. ${numbers}`],
    [
      'floatLabels',
      `The array labels in FILE contains values of the type <f8, not whole numbers. ${numbers}`,
    ],
    ['manyLabels', `The array labels in FILE has the shape [3, 14], but there are 3 images. ${numbers}`],
    [
      'negative',
      'The array labels in FILE has the label -2 for image 1. ' +
        'Number the classes from 0 to 99999; -1 stands for no label.',
    ],
    [
      'unclear',
      `The file FILE contains the arrays a, b, and it is unclear which of them contains the images. ${names}`,
    ],
    [
      'twoNames',
      'The file FILE contains the arrays images and x, which mean the same. Keep only one of them.',
    ],
    [
      'twoSizes',
      'The file FILE has training images of 2 x 2 x 3, uint8, but held-out images of 2 x 3 x 3, uint8. Save both in the same form.',
    ],
  ])('rejects what NumPy can write but is not images: %s', async (name, message) => {
    await expect(openNumpy(name)).rejects.toMatchObject({
      kind: 'data',
      message: message.replaceAll('FILE', file),
    });
  });

  const four = npyBytes({ shape: [1, 2, 2] }, Uint8Array.of(1, 2, 3, 4));
  const saveAgain = 'Save it again, for example with numpy.savez.';
  const entry = { name: 'images.npy', content: four };
  it.each<[string, () => Buffer, string]>([
    [
      'promises more than it holds',
      () => zipOf([{ ...entry, content: npyBytes({ shape: [9, 2, 2] }, Uint8Array.of(1, 2, 3, 4)) }]),
      `The array images in FILE has the shape [9, 2, 2], which takes 36 bytes, but contains 4. ${saveAgain}`,
    ],
    [
      'contains more than it promises',
      () => zipOf([{ ...entry, content: npyBytes({ shape: [1, 1, 2] }, Uint8Array.of(1, 2, 3, 4)) }]),
      `The array images in FILE has the shape [1, 1, 2], which takes 2 bytes, but contains 4. ${saveAgain}`,
    ],
    [
      'is said to grow to terabytes',
      () => {
        const content = npyBytes({ shape: [1_000_000, 1000, 1] }, Uint8Array.of(1));
        return zipOf([{ ...entry, content, deflated: true, size: 128 + 1e9 }]);
      },
      `The array images in FILE claims 1000000128 bytes, but the file can yield at most SIZE. ${saveAgain}`,
    ],
    [
      'holds less than its archive says',
      () => {
        const content = npyBytes({ shape: [1, 100, 100] }, Uint8Array.of(1, 2, 3));
        return zipOf([{ ...entry, content, deflated: true, size: 128 + 10_000 }]);
      },
      'The array images in FILE cannot be read: ',
    ],
    [
      'has another checksum',
      () => zipOf([{ ...entry, checksum: 1 }]),
      `The array images in FILE does not match the checksum in its archive. ${saveAgain}`,
    ],
    [
      'is compressed in a way of its own',
      () => zipOf([{ ...entry, method: 12 }]),
      `The array images in FILE cannot be read: it is compressed with method 12. ${saveAgain}`,
    ],
    [
      'is not an array',
      () => zipOf([{ ...entry, content: Buffer.from('hello') }]),
      `The array images in FILE does not start like an npy file. ${saveAgain}`,
    ],
    [
      'is cut off in its header',
      () => zipOf([{ ...entry, content: four.subarray(0, 40) }]),
      `The array images in FILE ends after 40 bytes, within its header. ${saveAgain}`,
    ],
    [
      'contains an array twice',
      () => zipOf([entry, entry]),
      `The file FILE is damaged: it contains "images" twice. ${saveAgain}`,
    ],
    ['is cut off', () => zipOf([entry]).subarray(0, 150), `The file FILE is damaged: `],
    [
      'is something else',
      () => Buffer.from('GIF89a'),
      'The file FILE is neither an npz nor an npy file. Save images with numpy.savez, as uint8 [images, height, width, channels].',
    ],
    [
      'is an npy file that promises more than it holds',
      () => four.subarray(0, four.length - 1),
      `The array in FILE has the shape [1, 2, 2], which takes 4 bytes, but contains 3. ${saveAgain}`,
    ],
    [
      'has a header that NumPy does not write',
      () => Buffer.from(four.toString('latin1').replace("'shape'", "'shapf'"), 'latin1'),
      `The array in FILE has a header that NumPy does not write. ${saveAgain}`,
    ],
  ])('rejects a file that %s', async (_, make, message) => {
    const content = make();
    await writeFile(file, content);
    const size = String(content.length < 22 ? 0 : content.readUInt32LE(18) * 1032);
    const expected = message.replaceAll('FILE', file).replace('SIZE', size);
    await expect(open()).rejects.toMatchObject({
      kind: 'data',
      message: expected.endsWith(': ') ? (expect.stringContaining(expected) as string) : expected,
    });
  });

  const of = (name: string, content: Buffer) => ({ name: `${name}.npy`, content });
  const pictures = (count: number): Buffer =>
    npyBytes({ shape: [count, 2, 2, 3] }, new Uint8Array(count * 12).fill(9));

  it('does not train on images intended for evaluation', async () => {
    for (const name of ['x_test', 'test_images', 'x_val', 'val_images']) {
      await writeFile(file, zipOf([of(name, pictures(2))]));
      await expect(open()).rejects.toMatchObject({
        kind: 'data',
        message: `The file ${file} contains the arrays ${name}, and it is unclear which of them contains the images. ${names}`,
      });
    }
  });

  it('reports which arrays it does not read, such as labels with another name', async () => {
    await writeFile(
      file,
      zipOf([of('photos', pictures(2)), of('classes', npyBytes({ shape: [2] }, Uint8Array.of(0, 1)))]),
    );
    expect(labels(await open())).toEqual([null, null]);
    expect(messages).toEqual([
      `Not read of ${file}: the array classes, since its name says nothing of images or labels.`,
    ]);
  });

  it('does not mistake a colour image for gray ones', async () => {
    const content = npyBytes({ shape: [5, 4, 3] }, new Uint8Array(60));
    await writeFile(file, content);
    await expect(open()).rejects.toMatchObject({
      kind: 'data',
      message:
        `The array in ${file} has the shape [5, 4, 3], which could be one colour image or gray images of width 3. ` +
        'Save array[None] if it is one image, or array[..., None] if they are gray.',
    });
    await writeFile(file, zipOf([of('x', content), of('y', npyBytes({ shape: [5] }, new Uint8Array(5)))]));
    expect((await open()).length).toBe(5);
  });

  it('does not read 12 bits as 16, unless the range is named', async () => {
    const twelve = Buffer.from(Uint16Array.of(0, 1000, 4080, 7).buffer);
    await writeFile(file, npyBytes({ shape: [1, 2, 2], descr: '<u2' }, twelve));
    await expect(open()).rejects.toMatchObject({
      kind: 'data',
      message:
        `The array in ${file} contains only 16-bit values up to 4095, so its images would become nearly black. ` +
        'Name the values of black and white: --data.grayRange 0,4095.',
    });
    const dataset = await open('train', { grayRange: [0, 4080] });
    expect([...rgbOf(await dataset.read(0)).data].filter((_, at) => at % 3 === 0)).toEqual([0, 63, 255, 0]);
  });

  it('rejects images with more pixels than it may read', async () => {
    await writeFile(file, four);
    await expect(open('train', { maxImagePixels: 3 })).rejects.toThrow(
      `The array in ${file} contains images of 2 x 2 pixels, but at most 3 are read. ` +
        'Save smaller images, or raise --data.maxImagePixels.',
    );
  });
});
