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

  it("reads MedMNIST's names, compressed, and says what is left out", async () => {
    const train = await openNumpy('medmnist');
    expect(labels(train)).toEqual([1, 0, 1, 0]);
    expect(await values(train, 3)).toEqual(ramp(12, 36));
    const test = await openNumpy('medmnist', 'test');
    expect(await values(test, 1)).toEqual(ramp(12, 12, 5));
    expect(messages[0]).toBe(`Left out of ${file}: 1 images for validation, since there are test images.`);
  });

  it('reads 16 bits, whose white is 65535; -1 is no label', async () => {
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
  const numbers = 'Save a whole number for each image, [images] or [images, 1].';
  const names = 'Call it images, x, data, x_train, train_images.';
  it.each<[string, string]>([
    ['float', `The array images in FILE holds floating-point numbers of the type <f4, not pixels. ${pixels}`],
    ['wide', `The array images in FILE holds numbers of the type <i8, not pixels. ${pixels}`],
    [
      'fortran',
      'The array images in FILE is in Fortran order. Save it in C order: numpy.ascontiguousarray(array).',
    ],
    ['bigEndian', `The array images in FILE is big-endian (>u2). ${pixels}`],
    ['objects', `The array images in FILE holds Python objects, which only Python can read. ${pixels}`],
    ['records', `The array images in FILE holds records of several fields. ${pixels}`],
    [
      'channelsFirst',
      'The array images in FILE has the shape [2, 3, 5, 5], not [images, height, width] with 1, 3 or 4 channels or none. ' +
        'Put the channels last: numpy.moveaxis(array, 1, -1).',
    ],
    [
      'flat',
      'The array images in FILE has the shape [4, 9], not [images, height, width] with 1, 3 or 4 channels or none. ' +
        'Save it in such a shape.',
    ],
    ['none', 'The array images in FILE holds no images. Save images in it.'],
    ['labelsMissing', `The array labels in FILE has the shape [2], and there are 3 images. ${numbers}`],
    ['floatLabels', `The array labels in FILE holds values of the type <f8, not whole numbers. ${numbers}`],
    ['manyLabels', `The array labels in FILE has the shape [3, 14], and there are 3 images. ${numbers}`],
    [
      'negative',
      'The array labels in FILE has the label -2 for image 1. ' +
        'Number the classes from 0 on, below 100000; -1 stands for no label.',
    ],
    [
      'unclear',
      `The file FILE holds the arrays a, b, and it is not clear which of them holds the images. ${names}`,
    ],
    ['twoNames', 'The file FILE holds the arrays images and x, which mean the same. Leave one of them.'],
    [
      'twoSizes',
      'The file FILE has images to train on of 2 x 2 x 3, uint8, and others of 2 x 3 x 3, uint8. Save them alike.',
    ],
  ])('refuses what NumPy can write and is not images: %s', async (name, message) => {
    await expect(openNumpy(name)).rejects.toMatchObject({
      kind: 'data',
      message: message.replaceAll('FILE', file),
    });
  });

  const four = npyBytes({ shape: [1, 2, 2] }, Uint8Array.of(1, 2, 3, 4));
  const saveAgain = 'Save it again, by numpy.savez for example.';
  const entry = { name: 'images.npy', content: four };
  it.each<[string, () => Buffer, string]>([
    [
      'promises more than it holds',
      () => zipOf([{ ...entry, content: npyBytes({ shape: [9, 2, 2] }, Uint8Array.of(1, 2, 3, 4)) }]),
      `The array images in FILE has the shape [9, 2, 2], which takes 36 bytes, and holds 4. ${saveAgain}`,
    ],
    [
      'holds more than it promises',
      () => zipOf([{ ...entry, content: npyBytes({ shape: [1, 1, 2] }, Uint8Array.of(1, 2, 3, 4)) }]),
      `The array images in FILE has the shape [1, 1, 2], which takes 2 bytes, and holds 4. ${saveAgain}`,
    ],
    [
      'is said to grow to terabytes',
      () => {
        const content = npyBytes({ shape: [1_000_000, 1000, 1] }, Uint8Array.of(1));
        return zipOf([{ ...entry, content, deflated: true, size: 128 + 1e9 }]);
      },
      `The array images in FILE is said to have 1000000128 bytes, and at most SIZE can come out of the file. ${saveAgain}`,
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
      `The array images in FILE has another checksum than its archive says. ${saveAgain}`,
    ],
    [
      'is compressed in a way of its own',
      () => zipOf([{ ...entry, method: 12 }]),
      `The array images in FILE cannot be read: it is compressed by method 12. ${saveAgain}`,
    ],
    [
      'is not an array',
      () => zipOf([{ ...entry, content: Buffer.from('hello') }]),
      `The array images in FILE does not begin as an npy file does. ${saveAgain}`,
    ],
    [
      'is cut off in its header',
      () => zipOf([{ ...entry, content: four.subarray(0, 40) }]),
      `The array images in FILE ends after 40 bytes, within its header. ${saveAgain}`,
    ],
    [
      'holds an array twice',
      () => zipOf([entry, entry]),
      `The file FILE is damaged: it holds "images" twice. ${saveAgain}`,
    ],
    ['is cut off', () => zipOf([entry]).subarray(0, 150), `The file FILE is damaged: `],
    [
      'is something else',
      () => Buffer.from('GIF89a'),
      'The file FILE is neither an npz nor an npy file. Save images by numpy.savez, as uint8 [images, height, width, channels].',
    ],
    [
      'is an npy file that promises more than it holds',
      () => four.subarray(0, four.length - 1),
      `The array in FILE has the shape [1, 2, 2], which takes 4 bytes, and holds 3. ${saveAgain}`,
    ],
    [
      'has a header that NumPy does not write',
      () => Buffer.from(four.toString('latin1').replace("'shape'", "'shapf'"), 'latin1'),
      `The array in FILE has a header that NumPy does not write. ${saveAgain}`,
    ],
  ])('refuses a file that %s', async (_, make, message) => {
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

  it('does not train on images that are there to judge by', async () => {
    for (const name of ['x_test', 'test_images', 'x_val', 'val_images']) {
      await writeFile(file, zipOf([of(name, pictures(2))]));
      await expect(open()).rejects.toMatchObject({
        kind: 'data',
        message: `The file ${file} holds the arrays ${name}, and it is not clear which of them holds the images. ${names}`,
      });
    }
  });

  it('says which arrays it does not read, such as labels of another name', async () => {
    await writeFile(
      file,
      zipOf([of('photos', pictures(2)), of('classes', npyBytes({ shape: [2] }, Uint8Array.of(0, 1)))]),
    );
    expect(labels(await open())).toEqual([null, null]);
    expect(messages).toEqual([
      `Not read of ${file}: the array classes, since its name says nothing of images or labels.`,
    ]);
  });

  it('does not take a picture in colour for gray ones', async () => {
    const content = npyBytes({ shape: [5, 4, 3] }, new Uint8Array(60));
    await writeFile(file, content);
    await expect(open()).rejects.toMatchObject({
      kind: 'data',
      message:
        `The array in ${file} has the shape [5, 4, 3], which is that of one image in colour, and of gray images of width 3. ` +
        'Save array[None] if it is one image, and array[..., None] if they are gray.',
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
        `The array in ${file} holds 16-bit values of which none exceeds 4095, so its images would become nearly black. ` +
        'Name the values that are black and white: --data.grayRange 0,4095.',
    });
    const dataset = await open('train', { grayRange: [0, 4080] });
    expect([...rgbOf(await dataset.read(0)).data].filter((_, at) => at % 3 === 0)).toEqual([0, 63, 255, 0]);
  });

  it('refuses images of more pixels than it may read', async () => {
    await writeFile(file, four);
    await expect(open('train', { maxImagePixels: 3 })).rejects.toThrow(
      `The array in ${file} holds images of 2 x 2 pixels, and at most 3 are read. ` +
        'Save smaller images, or raise --data.maxImagePixels.',
    );
  });
});
