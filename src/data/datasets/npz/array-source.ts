import { crc32 } from 'node:zlib';
import type { Readable } from 'node:stream';
import { FulgurError, formatBytes } from '../../../errors';
import { reasonOf } from '../data-errors';
import { badArray, saveAgain } from './array-error';
import type { NpyHeader } from './npy-header';
import { countOf, parseNpyHeader } from './npy-header';

/** The bytes of an npy file, on its own or in an archive. */
export interface ArraySource {
  readonly file: string;
  /** Its name in the archive; `null` for a file on its own. */
  readonly array: string | null;
  /** Its size in bytes, according to the file. */
  readonly bytes: number;
  /** The most bytes that the file can yield, whatever it says. */
  readonly mostBytes: number;
  /** Checksum of all its bytes, if the file has one. */
  readonly crc32: number | null;
  open(): Promise<Readable>;
}

/** An array whose elements are still in the file. */
export interface KnownArray {
  readonly source: ArraySource;
  readonly header: NpyHeader;
}

/**
 * Reads only the header of an array.
 *
 * @throws FulgurError of kind `data` naming the array.
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
 * Checks, before anything is allocated, that a file has as many bytes as an array of its shape needs.
 *
 * @throws FulgurError of kind `data`
 */
export function requireBytes({ source, header }: KnownArray, elementBytes: number): void {
  const promised = countOf(header.shape) * elementBytes;
  const there = source.bytes - header.length;
  if (promised === there && source.bytes <= source.mostBytes) return;
  if (promised === there) {
    const does = `claims ${source.bytes} bytes, but the file can yield at most ${source.mostBytes}`;
    throw badArray(source, does, saveAgain);
  }
  const extents = header.shape.join(', ');
  const has = `has the shape [${extents}], which takes ${promised} bytes, but contains ${there}`;
  throw badArray(source, has, saveAgain);
}

/**
 * Reads all elements of an array into a target, as bytes.
 *
 * @param target has exactly their size.
 * @throws FulgurError of kind `data` if the file is broken.
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
      if (place + wanted.length > target.length) throw new Error('continues after its last element');
      target.set(wanted, place);
      at += bytes.length;
    }
    if (at < target.length) {
      throw new Error(`ends after ${formatBytes(Math.max(0, at))} of ${formatBytes(target.length)}`);
    }
    if (source.crc32 !== null && checksum !== source.crc32)
      throw new Error('does not match the checksum in its archive');
  });
}

/** Turns an error of the system or a library into an error about the array. */
async function guarded<T>(source: ArraySource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FulgurError) throw error;
    const reason = reasonOf(error).slice(0, 300);
    const isOurs = /^(does|has|ends|continues) /.test(reason);
    throw badArray(source, isOurs ? reason : `cannot be read: ${reason}`, saveAgain, error);
  }
}
