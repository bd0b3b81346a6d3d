import { badArray } from './array-error';
import type { KnownArray } from './array-source';
import { requireBytes } from './array-source';

/** The layout of images in an array. */
export interface ImageShape {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3 | 4;
  readonly bytesPerSample: 1 | 2;
}

const asBytes = 'Save the pixels as uint8 or little-endian uint16.';

/**
 * Returns the layout of the images in an array.
 *
 * @throws FulgurError of kind `data` if an array does not contain images, or claims more data than there is.
 */
export function imageShapeOf(array: KnownArray, mostPixels: number): ImageShape {
  const { source, header } = array;
  const { shape, descr } = header;
  requirePlain(array, asBytes);
  const bytesPerSample = descr === '|u1' ? 1 : descr === '<u2' ? 2 : null;
  if (bytesPerSample === null) {
    const what = /f\d+$/.test(descr) ? 'floating-point numbers' : 'numbers';
    throw badArray(source, `contains ${what} of the type ${descr}, not pixels`, asBytes);
  }
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  const isImages = shape.length === 3 || (shape.length === 4 && [1, 3, 4].includes(channels));
  if (!isImages) {
    const comesFirst = shape.length === 4 && [1, 3, 4].includes(height);
    throw badArray(
      source,
      `has the shape [${shape.join(', ')}], not [images, height, width] or [images, height, width, channels] with 1, 3 or 4 channels`,
      comesFirst ? 'Put the channels last: numpy.moveaxis(array, 1, -1).' : 'Save it in one of these shapes.',
    );
  }
  if (count === 0) throw badArray(source, 'contains no images', 'Save images in it.');
  if (height === 0 || width === 0 || height * width > mostPixels) {
    const fix = 'Save smaller images, or raise --data.maxImagePixels.';
    throw badArray(
      source,
      `contains images of ${height} x ${width} pixels, but at most ${mostPixels} are read`,
      fix,
    );
  }
  requireBytes(array, bytesPerSample);
  return { count, height, width, channels: channels as 1 | 3 | 4, bytesPerSample };
}

/**
 * Rejects a single colour picture, which would be read as a stack of narrow gray ones: without labels, nothing else
 * distinguishes them.
 *
 * @throws FulgurError of kind `data`
 */
export function requireManyImages({ source, header: { shape } }: KnownArray): void {
  const [, , last = 0] = shape;
  if (shape.length !== 3 || (last !== 3 && last !== 4)) return;
  throw badArray(
    source,
    `has the shape [${shape.join(', ')}], which could be one colour image or gray images of width ${last}`,
    'Save array[None] if it is one image, or array[..., None] if they are gray.',
  );
}

/** Types of labels by their NumPy names. */
type ReadNumber = (bytes: Buffer, at: number) => number;

const numbers: Readonly<Record<string, readonly [bytes: number, read: ReadNumber]>> = {
  '|b1': [1, (bytes, at) => bytes.readUInt8(at)],
  '|u1': [1, (bytes, at) => bytes.readUInt8(at)],
  '|i1': [1, (bytes, at) => bytes.readInt8(at)],
  '<u2': [2, (bytes, at) => bytes.readUInt16LE(at)],
  '<i2': [2, (bytes, at) => bytes.readInt16LE(at)],
  '<u4': [4, (bytes, at) => bytes.readUInt32LE(at)],
  '<i4': [4, (bytes, at) => bytes.readInt32LE(at)],
  '<u8': [8, (bytes, at) => Number(bytes.readBigUInt64LE(at))],
  '<i8': [8, (bytes, at) => Number(bytes.readBigInt64LE(at))],
};

const asNumbers = 'Save one whole number per image, as [images] or [images, 1].';

/**
 * Returns the size of a label in bytes and how to read it.
 *
 * @throws FulgurError of kind `data` if an array does not contain one label per image.
 */
export function labelFormatOf(array: KnownArray, images: number): readonly [bytes: number, read: ReadNumber] {
  const { source, header } = array;
  const { shape, descr } = header;
  requirePlain(array, asNumbers);
  const format = Object.hasOwn(numbers, descr) ? numbers[descr] : undefined;
  if (format === undefined) {
    throw badArray(source, `contains values of the type ${descr}, not whole numbers`, asNumbers);
  }
  const [count = 0, each = 1] = shape;
  if (shape.length === 0 || shape.length > 2 || each !== 1 || count !== images) {
    const does = `has the shape [${shape.join(', ')}], but there are ${images} images`;
    throw badArray(source, does, asNumbers);
  }
  requireBytes(array, format[0]);
  return format;
}

/** Rejects arrays of unsupported kinds. */
function requirePlain({ source, header }: KnownArray, fix: string): void {
  const { descr, fortranOrder, shape } = header;
  if (descr === '|O') throw badArray(source, 'contains Python objects, which only Python can read', fix);
  if (descr === 'record') throw badArray(source, 'contains records of several fields', fix);
  if (descr.startsWith('>')) throw badArray(source, `is big-endian (${descr})`, fix);
  if (fortranOrder && shape.length > 1) {
    throw badArray(source, 'is in Fortran order', 'Save it in C order: numpy.ascontiguousarray(array).');
  }
}
