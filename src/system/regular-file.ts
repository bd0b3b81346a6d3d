import type { Stats } from 'node:fs';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { formatBytes } from '../errors';

/** Without waiting for the other end of a pipe; what is opened so is looked at before it is read. */
const READ_AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK;
/** What a file that says it is empty may hold, as those below /proc do: read so much at first. */
const FIRST_BYTES = 1 << 16;
/** A system call takes less than 2 GiB. */
const MOST_AT_ONCE = 1 << 30;

/**
 * Opens a file that somebody else has chosen: never waits, as opening a pipe would, and takes regular files alone.
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
 * Reads all of a regular file that has at most `mostBytes`; of a larger one, or one that grows beyond, nothing is kept.
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
 * Opens a file as `openRegularFile` does, at once; the caller closes its descriptor.
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

/** The system says of a socket that there is no such device. */
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

/** What has been read of a file, whose size need not be what the system said. */
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

  /** Where the next bytes go. */
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
    if (this.#length > this.mostBytes) throw tooLarge('goes on', this.mostBytes);
    if (this.#length === this.#bytes.length) {
      const more = Buffer.allocUnsafe(Math.min(this.#length * 2, this.mostBytes + 1));
      this.#bytes.copy(more);
      this.#bytes = more;
    }
    return true;
  }
}

function tooLarge(does: string, mostBytes: number): Error {
  return new Error(`it ${does}, and at most ${amount(mostBytes)} are read`);
}

/** Of a small file each byte counts. */
function amount(bytes: number): string {
  return bytes < 10_000 ? `${bytes} bytes` : formatBytes(bytes);
}
