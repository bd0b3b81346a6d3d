import { resolve } from 'node:path';
import type { Notify } from '../../../contracts';
import { FulgurError } from '../../../errors';
import { requireMemory } from '../../../system';
import { largestImage, whiteOfUnscaled } from '../../decoding';
import type { GrayRange } from '../../decoding';
import type { ImageDataset, Split } from '../image-dataset';
import { unlabelled } from '../labels';
import { PackedDataset } from '../packed-dataset';
import { requireTestSplit } from '../subset/hold-out-fraction';
import { badArray, badArrayFile } from './array-error';
import type { ArraySource } from './array-source';
import { readElements } from './array-source';
import type { ImageShape } from './check-arrays';
import { imageShapeOf, labelFormatOf, requireManyImages } from './check-arrays';
import type { SplitArrays } from './choose-arrays';
import { chooseArrays } from './choose-arrays';
import type { ArrayFile } from './open-arrays';
import { openArrays } from './open-arrays';

export interface PackedOptions {
  readonly onMessage?: Notify | undefined;
  /** Images with more pixels are rejected (default: as in Pillow). */
  readonly maxImagePixels?: number | undefined;
  /** The 16-bit values that become black and white (default: 0 and 65535). */
  readonly grayRange?: GrayRange | null | undefined;
}

/** Larger class numbers are probably something else. */
const MOST_CLASSES = 100_000;
const fewerImages = 'Save fewer or smaller images, or store them in shards: --data.name shards.';

/**
 * Opens the images in an npz or npy file: uint8 or uint16 `[images, height, width]` or `[images, height, width,
 * channels]`, read into shared memory unchanged. Labels are whole numbers, or -1 for none; classes are named by their
 * numbers.
 *
 * @throws FulgurError of kind `data` if the file is broken or its arrays have another form.
 */
export async function openPacked(
  path: string,
  split: Split,
  options: PackedOptions = {},
): Promise<ImageDataset> {
  const file = resolve(path);
  const arrays = await openArrays(file);
  try {
    return await readSplit(file, arrays, split, options);
  } finally {
    await arrays.close();
  }
}

/** A split's arrays with their properties. */
interface Part extends SplitArrays {
  readonly shape: ImageShape;
  readonly classes: Int32Array;
}

async function readSplit(
  file: string,
  arrays: ArrayFile,
  split: Split,
  { onMessage, maxImagePixels = largestImage, grayRange = null }: PackedOptions,
): Promise<ImageDataset> {
  const chosen = await chooseArrays(file, arrays);
  const train = await partOf(chosen.train, maxImagePixels);
  const heldOut = chosen.heldOut === null ? null : await partOf(chosen.heldOut, maxImagePixels);
  if (heldOut === null) requireTestSplit('packed', split);
  else requireSameImages(file, train.shape, heldOut.shape);
  if (chosen.unused !== null) {
    const images = chosen.unused.images.header.shape[0] ?? 0;
    onMessage?.('warning', `Left out of ${file}: ${images} validation images because there are test images.`);
  }
  sayOthers(file, chosen.others, onMessage);
  const parts = heldOut === null ? [train] : [train, heldOut];
  sayUnlabelled(file, parts, onMessage);
  const classCount =
    Math.max(...parts.map(({ classes }) => classes.reduce((a, b) => Math.max(a, b), unlabelled))) + 1;
  const wanted = split === 'all' ? parts : split === 'train' ? [train] : parts.slice(1);
  const { height, width, channels, bytesPerSample } = train.shape;
  const pixels = await readPixels(file, wanted);
  if (grayRange === null && pixels instanceof Uint16Array && wanted.includes(train)) {
    requireBright(train.images.source, pixels.subarray(0, bytesOf(train.shape) / 2));
  }
  return new PackedDataset({
    kind: 'packed',
    name: 'packed',
    split,
    origin: file,
    classNames: Array.from({ length: classCount }, (_, number) => String(number)),
    hasTestSplit: heldOut !== null,
    height,
    width,
    channels,
    ...(grayRange !== null && bytesPerSample === 2 && { range: grayRange }),
    pixels,
    labels: joined(wanted),
  });
}

async function partOf(arrays: SplitArrays, mostPixels: number): Promise<Part> {
  if (arrays.labels === null) requireManyImages(arrays.images);
  const shape = imageShapeOf(arrays.images, mostPixels);
  const { file } = arrays.images.source;
  requireMemory({ bytes: bytesOf(shape) + shape.count * 4, what: `The images in ${file}`, fix: fewerImages });
  return { ...arrays, shape, classes: await readClasses(arrays, shape.count) };
}

async function readClasses({ labels }: SplitArrays, images: number): Promise<Int32Array> {
  if (labels === null) return new Int32Array(images).fill(unlabelled);
  const [stride, read] = labelFormatOf(labels, images);
  const bytes = Buffer.alloc(images * stride);
  await readElements(labels, bytes);
  return Int32Array.from({ length: images }, (_, index) => {
    const value = read(bytes, index * stride);
    if (value >= unlabelled && value < MOST_CLASSES) return value;
    const fix = `Number the classes from 0 to ${MOST_CLASSES - 1}; -1 stands for no label.`;
    throw badArray(labels.source, `has the label ${value} for image ${index}`, fix);
  });
}

function sayOthers(file: string, names: readonly string[], onMessage: Notify | undefined): void {
  if (names.length === 0) return;
  const shown = names.slice(0, 8).map((name) => name.slice(0, 40));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  const [are, them] = names.length === 1 ? ['array', 'its name says'] : ['arrays', 'their names say'];
  onMessage?.(
    'info',
    `Not read of ${file}: the ${are} ${shown.join(', ')}${more}, since ${them} nothing of images or labels.`,
  );
}

function sayUnlabelled(file: string, parts: readonly Part[], onMessage: Notify | undefined): void {
  const total = parts.reduce((sum, { shape }) => sum + shape.count, 0);
  const without = parts.reduce(
    (sum, { classes }) => sum + classes.reduce((count, one) => (one < 0 ? count + 1 : count), 0),
    0,
  );
  if (without > 0 && without < total) {
    onMessage?.('warning', `${without} of the ${total} images in ${file} have no label.`);
  }
}

function requireSameImages(file: string, train: ImageShape, heldOut: ImageShape): void {
  if (textOf(train) === textOf(heldOut)) return;
  throw badArrayFile(
    file,
    `has training images of ${textOf(train)}, but held-out images of ${textOf(heldOut)}`,
    'Save both in the same form.',
  );
}

function textOf({ height, width, channels, bytesPerSample }: ImageShape): string {
  return `${height} x ${width} x ${channels}, uint${bytesPerSample * 8}`;
}

function bytesOf({ count, height, width, channels, bytesPerSample }: ImageShape): number {
  return count * height * width * channels * bytesPerSample;
}

async function readPixels(file: string, parts: readonly Part[]): Promise<Uint8Array | Uint16Array> {
  const total = parts.reduce((sum, { shape }) => sum + bytesOf(shape), 0);
  requireMemory({ bytes: total, what: `The images in ${file}`, fix: fewerImages });
  const memory = allocate(file, total);
  let start = 0;
  for (const { images, shape } of parts) {
    const bytes = bytesOf(shape);
    await readElements(images, new Uint8Array(memory, start, bytes));
    start += bytes;
  }
  return parts[0]?.shape.bytesPerSample === 2 ? new Uint16Array(memory) : new Uint8Array(memory);
}

/**
 * As for image files, values of 12 bits or fewer that are not scaled to 16 would become nearly black.
 *
 * @throws FulgurError of kind `data` naming the option.
 */
function requireBright(source: ArraySource, values: Uint16Array): void {
  const white = whiteOfUnscaled(values);
  if (white === null) return;
  const does = `contains only 16-bit values up to ${white}, so its images would become nearly black`;
  throw badArray(source, does, `Name the values of black and white: --data.grayRange 0,${white}.`);
}

function allocate(file: string, bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch (error) {
    throw new FulgurError('data', {
      what: `The images in ${file} take ${bytes} bytes, more than this process can allocate at once.`,
      fix: fewerImages,
      cause: error,
    });
  }
}

function joined(parts: readonly Part[]): Int32Array {
  const total = parts.reduce((sum, { classes }) => sum + classes.length, 0);
  const labels = new Int32Array(new SharedArrayBuffer(total * 4));
  let start = 0;
  for (const { classes } of parts) {
    labels.set(classes, start);
    start += classes.length;
  }
  return labels;
}
