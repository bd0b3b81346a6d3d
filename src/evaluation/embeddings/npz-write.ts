import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { jsonText } from '../../contracts';
import type { EmbeddingColumns } from './embeddings';
import { lettersIn } from './embeddings';

/** NumPy's text is UTF-32 of a fixed length, padded with zeros. */
const BYTES_PER_LETTER = 4;
const HEADER_ALIGNMENT = 64;
const MAGIC = '\x93NUMPY\x01\x00';
/** Replaces an unpaired surrogate, which text must not contain. */
const HALF_A_LETTER = 0xfffd;
/** The number of rows of names or labels that are assembled at once. */
const ROWS_AT_ONCE = 4096;
/** The earliest time that a zip archive can store: equal embeddings give equal bytes. */
const MOMENT = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, compress: false } as const;

/**
 * An npz file that `numpy.load` reads without pickles: `features` float32 `[n, d]`, `names` as text `[n]`, `labels`
 * int32 `[n]` and `class_names` if known, and `model`, a JSON text.
 *
 * Source: NumPy, `numpy.lib.format`, version 1.0.
 */
export async function* npzParts(columns: EmbeddingColumns): AsyncGenerator<Uint8Array> {
  const { rows, width, isLabelled, longestName, classNames, model } = columns;
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  // yazl does not report a column that fails, and its output would never end.
  const fail = (error: Error): void => void output.destroy(error);
  zip.once('error', fail);
  const add = (name: string, array: ArrayBytes): void => {
    const size = array.head.length + array.bytes;
    zip.addReadStreamLazy(`${name}.npy`, { ...MOMENT, size }, (give) => {
      give(null, Readable.from(joined(array), { objectMode: false }).once('error', fail));
    });
  };
  add(
    'features',
    arrayOf('<f4', [rows, width], rows * width * 4, () => columns.features()),
  );
  add(
    'names',
    textArray(rows, longestName, () => namesOf(columns)),
  );
  if (isLabelled)
    add(
      'labels',
      arrayOf('<i4', [rows], rows * 4, () => labelBytes(columns)),
    );
  if (isLabelled && classNames !== null) add('class_names', wholeTextArray(classNames));
  if (model !== null) add('model', wholeTextArray([jsonText(model)], true));
  zip.end();
  yield* output as AsyncIterable<Uint8Array>;
}

/** The file of an array in the archive. */
interface ArrayBytes {
  readonly head: Buffer;
  /** The shape of its elements. */
  readonly bytes: number;
  elements(): AsyncIterable<Uint8Array>;
}

function arrayOf(
  descr: string,
  shape: readonly number[],
  bytes: number,
  elements: () => AsyncIterable<Uint8Array>,
): ArrayBytes {
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${extents}), }`;
  const length = Math.ceil((MAGIC.length + 2 + text.length + 1) / HEADER_ALIGNMENT) * HEADER_ALIGNMENT;
  const head = Buffer.alloc(length, ' ', 'latin1');
  head.write(MAGIC, 0, 'latin1');
  head.writeUInt16LE(length - MAGIC.length - 2, MAGIC.length);
  head.write(text, MAGIC.length + 2, 'latin1');
  head.write('\n', length - 1, 'latin1');
  return { head, bytes, elements };
}

async function* joined({ head, elements }: ArrayBytes): AsyncGenerator<Uint8Array> {
  yield head;
  yield* elements();
}

function textArray(
  rows: number,
  longest: number,
  texts: () => AsyncIterable<string>,
  shape = [rows],
): ArrayBytes {
  const letters = Math.max(1, longest);
  const rowBytes = letters * BYTES_PER_LETTER;
  return arrayOf(`<U${letters}`, shape, rows * rowBytes, () => inBlocks(texts(), rowBytes, writeText));
}

function wholeTextArray(texts: readonly string[], isScalar = false): ArrayBytes {
  const longest = texts.reduce((most, text) => Math.max(most, lettersIn(text)), 0);
  const each = (): AsyncIterable<string> => Readable.from(texts);
  return textArray(texts.length, longest, each, isScalar ? [] : [texts.length]);
}

async function* namesOf(columns: EmbeddingColumns): AsyncGenerator<string> {
  for await (const { name } of columns.images()) yield name;
}

function labelBytes(columns: EmbeddingColumns): AsyncIterable<Uint8Array> {
  return inBlocks(columns.images(), 4, (block, at, { label }) => void block.writeInt32LE(label, at));
}

/** Yields rows of a fixed length, many in each part. */
async function* inBlocks<T>(
  rows: AsyncIterable<T>,
  rowBytes: number,
  write: (block: Buffer, at: number, row: T) => void,
): AsyncGenerator<Uint8Array> {
  const size = Math.max(1, Math.min(ROWS_AT_ONCE, Math.floor((1 << 22) / rowBytes))) * rowBytes;
  let block = Buffer.alloc(size);
  let at = 0;
  for await (const row of rows) {
    write(block, at, row);
    at += rowBytes;
    if (at < size) continue;
    yield block;
    block = Buffer.alloc(size);
    at = 0;
  }
  if (at > 0) yield block.subarray(0, at);
}

function writeText(block: Buffer, at: number, text: string): void {
  let place = at;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    block.writeUInt32LE(code >= 0xd800 && code <= 0xdfff ? HALF_A_LETTER : code, place);
    place += BYTES_PER_LETTER;
  }
}
