import { crc32 } from 'node:zlib';
import type { Readable } from 'node:stream';
import { FulgurError, formatBytes } from '../../../errors';
import { reasonOf } from '../data-errors';
import { badArray, saveAgain } from './array-error';
import type { NpyHeader } from './npy-header';
import { countOf, parseNpyHeader } from './npy-header';

/** The bytes of an npy file, be it on its own or in an archive. */
export interface ArraySource {
  readonly file: string;
  /** Its name in the archive; `null` of a file on its own. */
  readonly array: string | null;
  /** Bytes that it has, as far as the file says. */
  readonly bytes: number;
  /** More bytes than that cannot come out of the file, whatever it says. */
  readonly mostBytes: number;
  /** Checksum of all its bytes, where the file has one. */
  readonly crc32: number | null;
  open(): Promise<Readable>;
}

/** An array whose elements are still in the file. */
export interface KnownArray {
  readonly source: ArraySource;
  readonly header: NpyHeader;
}

/**
 * Reads the header of an array alone.
 *
 * @throws FulgurError of kind `data` that names the array.
 */
export async function readArrayHeader(source: ArraySource): Promise<KnownArray> {
  let start = Buffer.alloc(0);
  return guarded(source, async () => {
    const stream = await source.open();
    try {
      for await (const chunk of stream) {
        start = Buffer.concat([start, chunk as Buffer]);
        const header = parseNpyHeader(start);
        if (!('needs' in header)) return { source, header };
      }
    } finally {
      stream.destroy();
    }
    throw new Error(`ends after ${source.bytes} bytes, within its header`);
  });
}

/**
 * Sees to it, before anything is allocated, that a file has the bytes which an array of its shape takes.
 *
 * @throws FulgurError of kind `data`
 */
export function requireBytes({ source, header }: KnownArray, elementBytes: number): void {
  const promised = countOf(header.shape) * elementBytes;
  const there = source.bytes - header.length;
  if (promised === there && source.bytes <= source.mostBytes) return;
  if (promised === there) {
    const does = `is said to have ${source.bytes} bytes, and at most ${source.mostBytes} can come out of the file`;
    throw badArray(source, does, saveAgain);
  }
  const extents = header.shape.join(', ');
  const has = `has the shape [${extents}], which takes ${promised} bytes, and holds ${there}`;
  throw badArray(source, has, saveAgain);
}

/**
 * Reads all elements of an array, as bytes, to where they shall be.
 *
 * @param target has room for them, and no more.
 * @throws FulgurError of kind `data` where the file is broken.
 */
export async function readElements({ source, header }: KnownArray, target: Uint8Array): Promise<void> {
  await guarded(source, async () => {
    let at = -header.length;
    let checksum = 0;
    for await (const part of await source.open()) {
      const bytes = part as Buffer;
      if (source.crc32 !== null) checksum = crc32(bytes, checksum);
      const wanted = at < 0 ? bytes.subarray(Math.min(bytes.length, -at)) : bytes;
      const place = Math.max(0, at);
      if (place + wanted.length > target.length) throw new Error('goes on after its last element');
      target.set(wanted, place);
      at += bytes.length;
    }
    if (at < target.length) {
      throw new Error(`ends after ${formatBytes(Math.max(0, at))} of ${formatBytes(target.length)}`);
    }
    if (source.crc32 !== null && checksum !== source.crc32)
      throw new Error('has another checksum than its archive says');
  });
}

/** What the system or a library says of a file becomes a sentence about the array. */
async function guarded<T>(source: ArraySource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FulgurError) throw error;
    const reason = reasonOf(error).slice(0, 300);
    const isOurs = /^(does|has|ends|goes) /.test(reason);
    throw badArray(source, isOurs ? reason : `cannot be read: ${reason}`, saveAgain, error);
  }
}
