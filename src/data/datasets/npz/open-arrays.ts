import { basename } from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Entry, ZipFile } from 'yauzl';
import { fromFdPromise } from 'yauzl';
import { openRegularFile } from '../../../system';
import { reasonOf } from '../data-errors';
import { badArrayFile, saveAgain } from './array-error';
import type { ArraySource } from './array-source';

/** An open npz or npy file. */
export interface ArrayFile {
  /** Arrays by name in an npz file; for an npy file, by the name of the file. */
  readonly sources: ReadonlyMap<string, ArraySource>;
  close(): Promise<void>;
}

const MOST_ARRAYS = 4096;
/** The largest ratio by which Deflate expands a byte. */
const MOST_GROWTH = 1032;
const CHUNK_BYTES = 1 << 20;
const stored = 0;
const deflated = 8;
const signatures = { archived: 'PK', alone: '\x93NUMPY' } as const;

/**
 * Opens an npz or npy file, identified by its contents.
 *
 * @throws FulgurError of kind `data` if it is neither, or damaged.
 */
export async function openArrays(file: string): Promise<ArrayFile> {
  const handle = await openRegularFile(file).catch((error: unknown) => {
    const fix = 'Set --data.path to a readable .npz or .npy file.';
    throw badArrayFile(file, `cannot be read: ${reasonOf(error)}`, fix, error);
  });
  try {
    const start = Buffer.alloc(signatures.alone.length);
    const { bytesRead } = await handle.read(start, 0, start.length, 0);
    const found = start.toString('latin1', 0, bytesRead);
    const sources =
      found === signatures.alone
        ? await soleArray(file, handle)
        : found.startsWith(signatures.archived)
          ? await archived(file, handle)
          : null;
    if (sources === null) {
      const fix = 'Save images with numpy.savez, as uint8 [images, height, width, channels].';
      throw badArrayFile(file, 'is neither an npz nor an npy file', fix);
    }
    return { sources, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function soleArray(file: string, handle: FileHandle): Promise<Map<string, ArraySource>> {
  const { size } = await handle.stat();
  const open = (): Promise<Readable> => Promise.resolve(Readable.from(chunksOf(handle)));
  return new Map([[basename(file), { file, array: null, bytes: size, mostBytes: size, crc32: null, open }]]);
}

async function* chunksOf(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let at = 0; ;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

async function archived(file: string, handle: FileHandle): Promise<Map<string, ArraySource>> {
  const sources = new Map<string, ArraySource>();
  try {
    const zip = await fromFdPromise(handle.fd, { autoClose: false, lazyEntries: true });
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName.replace(/\.npy$/, '');
      if (sources.has(name)) throw new Error(`it contains ${JSON.stringify(name.slice(0, 100))} twice`);
      if (sources.size === MOST_ARRAYS) throw new Error(`it contains more than ${MOST_ARRAYS} arrays`);
      sources.set(name, sourceOf(file, name, zip, entry));
    }
  } catch (error) {
    throw badArrayFile(file, `is damaged: ${reasonOf(error).slice(0, 300)}`, saveAgain, error);
  }
  return sources;
}

function sourceOf(file: string, array: string, zip: ZipFile, entry: Entry): ArraySource {
  const { compressedSize, uncompressedSize, compressionMethod } = entry;
  return {
    file,
    array,
    bytes: uncompressedSize,
    mostBytes: Math.min(compressedSize, zip.fileSize) * (compressionMethod === deflated ? MOST_GROWTH : 1),
    crc32: entry.crc32,
    open: () => {
      if (compressionMethod === stored || compressionMethod === deflated) {
        return zip.openReadStreamPromise(entry);
      }
      throw new Error(`it is compressed with method ${compressionMethod}`);
    },
  };
}
