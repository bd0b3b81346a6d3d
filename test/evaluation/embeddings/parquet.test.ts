import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { ColumnSource } from 'hyparquet-writer';
import { readEmbeddings, writeEmbeddings } from '../../../src/evaluation';
import { embeddings, identity } from '../fakes/embeddings';

/** Written by pyarrow 26 with its defaults: dictionaries, snappy, labels of 64 bits. */
const ofPyarrow = [
  'UEFSMRUEFTgVPEwVBhUAEgAAHGwFAAAAYS5qcGcGAAAAw7wuanBnBQAAAGMuanBnFQAVFBUYLBUGFRAVBhUGHAAAAAokAgAAAAYB',
  'AgMkABUEFSAVJEwVBBUAEgAAEDwBAAAAAAAAAAAAAAAAAAAAFQAVEhUWLBUGFRAVBhUGHAAAAAkgAgAAAAMFAQMCFQQVHBUgTBUE',
  'FQASAAAONAMAAABkb2cDAAAAY2F0FQAVEhUWLBUGFRAVBhUGHAAAAAkgAgAAAAMFAQMCFQQVMBUyTBUMFQASAAAYGAAAgD8AAAAB',
  'BDAAAAAAwM3MzD0AAEBAFQAVIhUmLBUMFRAVBhUGHAAAABFAAgAAAAMqAgAAAAwDAwOIxgIVBBl8NQAYBnNjaGVtYRUIABUMJQIY',
  'BG5hbWUlAEwcAAAAFQQlAhgFbGFiZWwAFQwlAhgFY2xhc3MlAEwcAAAANQIYCGZlYXR1cmVzFQIVBkw8AAAANQQYBGxpc3QVAgAV',
  'CCUCGAdlbGVtZW50ABYGGRwZTCYAHBUMGTUABhAZGARuYW1lFQIWBhaOARaWASZgJggpLBUEFQAVAgAVABUQFQIAPBYgGQYZJgAG',
  'AAAAJgAcFQQZNQAGEBkYBWxhYmVsFQIWBhZ0Fnwm3gEmngEpLBUEFQAVAgAVABUQFQIAPCkGGSYCBAAAACYAHBUMGTUABhAZGAVj',
  'bGFzcxUCFgYWcBZ4JtYCJpoCKSwVBBUAFQIAFQAVEBUCADwWDBkGGSYCBAAAACYAHBUIGTUABhAZOAhmZWF0dXJlcwRsaXN0B2Vs',
  'ZW1lbnQVAhYMFpQBFpoBJuADJpIDKSwVBBUAFQIAFQAVEBUCADwpJgYGGUYAAAAMAAAAFoYEFgYmCBakBAAoIHBhcnF1ZXQtY3Bw',
  'LWFycm93IHZlcnNpb24gMjYuMC4xGUwcAAAcAAAcAAAcAAAAsQEAAFBBUjE=',
].join('');

const ADVICE =
  'Embeddings are features and names of images, as written by the command embed. ' +
  'Use another file, or embed the images again.';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fulgur-parquet-'));
  path = join(folder, 'some.parquet');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function bytesOf(content = embeddings): Promise<Buffer<ArrayBuffer>> {
  await writeEmbeddings(path, content);
  return Buffer.from(readFileSync(path));
}

function bufferOf(bytes: Buffer<ArrayBuffer>): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

/** Writes other columns with hyparquet, whose lists are not those of Fulgur. */
function otherFile(columnData: ColumnSource[], options = {}): void {
  writeFileSync(path, Buffer.from(parquetWriteBuffer({ columnData, ...options })));
}

async function problemOf(bytes?: Uint8Array): Promise<string> {
  if (bytes !== undefined) writeFileSync(path, bytes);
  try {
    await readEmbeddings(path);
  } catch (error) {
    const { message } = error as Error;
    expect(message.startsWith(`The file ${path} `)).toBe(true);
    expect(message.endsWith(`. ${ADVICE}`)).toBe(true);
    return message.slice(`The file ${path} `.length, -ADVICE.length - 2);
  }
  return 'can be read';
}

describe('a Parquet file of embeddings', () => {
  it('has columns for names, labels, classes and features, and the model in its metadata', async () => {
    const file = bufferOf(await bytesOf());
    const { schema, key_value_metadata: texts, num_rows: rows } = parquetMetadata(file);
    expect(rows).toBe(4n);
    expect(schema.map(({ name, type, repetition_type }) => [name, type, repetition_type])).toEqual([
      ['root', undefined, undefined],
      ['name', 'BYTE_ARRAY', 'REQUIRED'],
      ['label', 'INT32', 'OPTIONAL'],
      ['class', 'BYTE_ARRAY', 'OPTIONAL'],
      ['features', undefined, 'REQUIRED'],
      ['list', undefined, 'REPEATED'],
      ['element', 'FLOAT', 'REQUIRED'],
    ]);
    expect(JSON.parse(texts?.find(({ key }) => key === 'model')?.value ?? '')).toEqual(identity);
    const [first, , third] = await parquetReadObjects({ file });
    expect(first).toEqual({ name: 'cat/one.jpg', label: 0, class: 'cat', features: [1, 0, 0] });
    expect(third).toEqual({
      ...{ name: 'dog/猫.png', label: null, class: null },
      features: [Math.fround(-1e-38), Math.fround(1 / 3), 7e7],
    });
  });

  it('has row groups of bounded size, and equal bytes for equal embeddings', async () => {
    const rows = 3000;
    const many = {
      ...{ ...embeddings, width: 512, labels: null, classNames: null },
      features: Float32Array.from({ length: rows * 512 }, (_, i) => Math.sin(i)),
      names: Array.from({ length: rows }, (_, i) => `${i}.jpg`),
    };
    const bytes = await bytesOf(many);
    const groups = parquetMetadata(bufferOf(bytes)).row_groups.map(({ num_rows }) => Number(num_rows));
    expect(groups).toEqual([2034, 966]);
    expect(await readEmbeddings(path)).toEqual(many);
    expect(bytes.equals(await bytesOf(many))).toBe(true);
  });

  it('may be one that pyarrow wrote', async () => {
    writeFileSync(path, Buffer.from(ofPyarrow, 'base64'));
    expect(await readEmbeddings(path)).toEqual({
      features: Float32Array.of(1, 0.5, 0, -2, 0.1, 3),
      ...{ width: 2, names: ['a.jpg', 'ü.jpg', 'c.jpg'], labels: Int32Array.of(1, -1, 0) },
      ...{ classNames: ['cat', 'dog'], model: null },
    });
  });
});

describe('a Parquet file that is not one of embeddings', () => {
  it('is rejected wherever it is cut off', async () => {
    const bytes = await bytesOf();
    for (const length of [0, 3, 11, 100, bytes.length - 1])
      expect(await problemOf(bytes.subarray(0, length))).toMatch(
        /^(is too short for a Parquet file|does not end like a Parquet file)$/,
      );
  });

  it('is rejected with a footer that it cannot have', async () => {
    const bytes = await bytesOf();
    bytes.writeUInt32LE(0x7fffffff, bytes.length - 8);
    expect(await problemOf(bytes)).toBe('states a footer of 2147483647 bytes, which it cannot have');
  });

  it('is rejected without its columns', async () => {
    otherFile([{ name: 'id', data: ['a'] }]);
    expect(await problemOf()).toBe("has no column 'name' of texts");
    otherFile([
      { name: 'name', data: ['a'] },
      { name: 'features', data: Float32Array.of(1) },
    ]);
    expect(await problemOf()).toBe("has no column 'features' of lists of float32");
  });

  it('is rejected where rows have different numbers of features', async () => {
    const schema = parquetMetadata(
      bufferOf(await bytesOf({ ...embeddings, labels: null, classNames: null })),
    ).schema;
    const name = { name: 'name', data: ['a', 'b'] };
    otherFile([name, { name: 'features', data: [[1, 2], [3]] }], { schema });
    expect(await problemOf()).toBe("has rows of different lengths in its column 'features'");
    otherFile([name, { name: 'features', data: [[1], [2, 3, 4]] }], { schema });
    expect(await problemOf()).toBe('has no list of 2 numbers in row 1');
  });

  it('is rejected with a compression that it does not know', async () => {
    const gzip = { codec: 'GZIP', compressors: { GZIP: (bytes: Uint8Array) => bytes } };
    const schema = parquetMetadata(
      bufferOf(await bytesOf({ ...embeddings, labels: null, classNames: null })),
    ).schema;
    const columns = [
      { name: 'name', data: ['a'] },
      { name: 'features', data: [[1, 2]] },
    ];
    otherFile(columns, { ...gzip, schema });
    expect(await problemOf()).toBe('is compressed with GZIP; only snappy and no compression can be read');
  });

  it('is rejected with a run of repetitions that is longer than its page', async () => {
    const bytes = await bytesOf();
    // The definition levels of 12 features: a run of 12 ones.
    const at = bytes.indexOf(Buffer.of(0x18, 0x01, 0x00, 0x00, 0x80, 0x3f));
    bytes[at] = 0x7e;
    expect(await problemOf(bytes)).toBe('cannot be read: a run is longer than its page');
  });

  it('is rejected with one sentence, or read, whatever bytes are damaged', async () => {
    const bytes = await bytesOf();
    const found = new Set<string>();
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = 0xff;
      found.add(await problemOf(damaged));
    }
    expect(found.size).toBeGreaterThan(20);
    expect(found).toContain('can be read');
  });
});
