import type { Stats } from 'node:fs';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { formatBytes } from '../errors';

/** Opens without waiting for the other end of a pipe; the file is checked before it is read. */
const READ_AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK;
/** The number of bytes read first from a file that reports a size of 0, as those below /proc do. */
const FIRST_BYTES = 1 << 16;
/** A system call takes less than 2 GiB. */
const MOST_AT_ONCE = 1 << 30;

/**
 * Opens a file that somebody else has chosen: never waits, as opening a pipe would, and accepts only regular files.
 *
 * @throws Error whose message completes a sentence: `it is a pipe, not a regular file`; or the system's.
 */
export async function openRegularFile(path: string | Buffer, mostBytes = Infinity): Promise<FileHandle> {
  const file = await open(path, READ_AT_ONCE).catch((error: unknown) => {
    throw openingError(error);
  });
  try {
    const found = await file.stat();
    requireRegular(found);
    requireSize(found.size, mostBytes);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Reads all of a regular file of at most `mostBytes`; of a file that is larger, or grows beyond that, nothing is kept.
 *
 * @throws Error as `openRegularFile`, also for a larger file.
 */
export async function readRegularFile(path: string | Buffer, mostBytes: number): Promise<Buffer> {
  const file = await openRegularFile(path);
  try {
    const content = new BoundedContent((await file.stat()).size, mostBytes);
    while (content.take((await file.read(content.free, 0, content.free.length)).bytesRead));
    return content.whole;
  } finally {
    await file.close();
  }
}

/**
 * Opens a file as `openRegularFile` does, synchronously; the caller closes the descriptor.
 *
 * @throws Error as `openRegularFile`.
 */
export function openRegularAtOnce(path: string): number {
  const file = openAtOnce(path);
  try {
    requireRegular(fstatSync(file));
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Reads a file as `readRegularFile` does, without giving the thread away in between. */
export function readRegularAtOnce(path: string | Buffer, mostBytes: number): Buffer {
  const file = openAtOnce(path);
  try {
    const found = fstatSync(file);
    requireRegular(found);
    const content = new BoundedContent(found.size, mostBytes);
    while (content.take(readSync(file, content.free, 0, content.free.length, null)));
    return content.whole;
  } finally {
    closeSync(file);
  }
}

/** Reads a file as `readRegularAtOnce` does, as text. */
export function readRegularText(path: string, mostBytes: number): string {
  return readRegularAtOnce(path, mostBytes).toString('utf8');
}

function openAtOnce(path: string | Buffer): number {
  try {
    return openSync(path, READ_AT_ONCE);
  } catch (error) {
    throw openingError(error);
  }
}

/** For a socket the system reports that there is no such device. */
function openingError(error: unknown): unknown {
  const isSocket = (error as NodeJS.ErrnoException).code === 'ENXIO';
  return isSocket ? new Error('it is a socket, not a regular file', { cause: error }) : error;
}

function requireRegular(found: Stats): void {
  if (found.isFile()) return;
  const kind = found.isDirectory()
    ? 'folder'
    : found.isFIFO()
      ? 'pipe'
      : found.isSocket()
        ? 'socket'
        : 'device';
  throw new Error(`it is a ${kind}, not a regular file`);
}

function requireSize(bytes: number, mostBytes: number): void {
  if (bytes > mostBytes) throw tooLarge(`has ${amount(bytes)}`, mostBytes);
}

/** The data read of a file, whose size need not be the one that the system reports. */
class BoundedContent {
  #bytes: Buffer;
  #length = 0;

  constructor(
    private readonly said: number,
    private readonly mostBytes: number,
  ) {
    requireSize(said, mostBytes);
    this.#bytes = Buffer.allocUnsafe(said > 0 ? said : Math.min(FIRST_BYTES, mostBytes + 1));
  }

  /** The position of the next bytes. */
  get free(): Buffer {
    return this.#bytes.subarray(this.#length, this.#length + MOST_AT_ONCE);
  }

  get whole(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Counts bytes as read; returns whether there may be more. */
  take(bytes: number): boolean {
    this.#length += bytes;
    if (bytes === 0 || this.#length === this.said) return false;
    if (this.#length > this.mostBytes) throw tooLarge('continues', this.mostBytes);
    if (this.#length === this.#bytes.length) {
      const more = Buffer.allocUnsafe(Math.min(this.#length * 2, this.mostBytes + 1));
      this.#bytes.copy(more);
      this.#bytes = more;
    }
    return true;
  }
}

function tooLarge(does: string, mostBytes: number): Error {
  return new Error(`it ${does}, but at most ${amount(mostBytes)} are read`);
}

/** For a small file the exact number of bytes matters. */
function amount(bytes: number): string {
  return bytes < 10_000 ? `${bytes} bytes` : formatBytes(bytes);
}
