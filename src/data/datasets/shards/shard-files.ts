import { closeSync, fstat, read } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openRegularAtOnce } from '../../../system';
import { reasonOf } from '../data-errors';
import { badShard } from './shard-error';

/** What tells whether a shard is still what it was when its index was taken. */
export interface ShardState {
  /** Below the folder of all shards. */
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly inode: number;
}

interface OpenShard {
  readonly file: number;
  users: number;
}

/** So many files stay open in each thread, whatever the number of shards is. */
const MOST_OPEN = 16;

const readAt = promisify(read);
const stateOf = promisify(fstat);

/** The shards of a data set, opened as they are needed; the ones that were used last stay open. */
export class ShardFiles {
  /** By their places, the one that was used last at the end. */
  readonly #open = new Map<number, OpenShard>();

  constructor(
    private readonly root: string,
    private readonly shards: readonly ShardState[],
  ) {}

  /**
   * Bytes of a shard.
   *
   * @throws FulgurError of kind `data` where the shard is not what it was any more.
   */
  async read(place: number, position: number, length: number): Promise<Buffer> {
    const state = this.shards[place];
    if (state === undefined) throw new Error(`there is no shard ${place}`);
    const path = join(this.root, state.name);
    const shard = this.#opened(place, path);
    try {
      const bytes = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await readAt(shard.file, bytes, filled, length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      // Only now: what changes while it is read shows as well.
      const now = await stateOf(shard.file);
      requireSame(path, state, { size: now.size, mtimeMs: now.mtimeMs, inode: now.ino });
      if (filled < length) throw changed(path, `it ends at byte ${position + filled}`);
      return bytes;
    } finally {
      shard.users -= 1;
      const isKept = this.#open.get(place) === shard;
      if (shard.users === 0 && !isKept) closeSync(shard.file);
    }
  }

  /** Closes what is not being read; that follows when it has been read. */
  close(): void {
    const idle = [...this.#open.values()].filter(({ users }) => users === 0);
    this.#open.clear();
    for (const { file } of idle) closeSync(file);
  }

  /** The shard, which stays open at least until who asked for it has no use for it any more. */
  #opened(place: number, path: string): OpenShard {
    const shard = this.#open.get(place) ?? { file: openAgain(path), users: 0 };
    shard.users += 1;
    this.#open.delete(place);
    this.#open.set(place, shard);
    for (const [oldest, { file, users }] of this.#open) {
      if (this.#open.size <= MOST_OPEN) break;
      if (users > 0) continue;
      this.#open.delete(oldest);
      closeSync(file);
    }
    return shard;
  }
}

function openAgain(path: string): number {
  try {
    return openRegularAtOnce(path);
  } catch (error) {
    throw changed(path, reasonOf(error), error);
  }
}

/** Somebody may add to the end of a shard: what the index knows of stays where it is. */
function requireSame(path: string, then: ShardState, now: Omit<ShardState, 'name'>): void {
  if (now.size === then.size && now.mtimeMs === then.mtimeMs) return;
  if (now.size > then.size && now.inode === then.inode) return;
  throw changed(
    path,
    now.size === then.size ? 'it was written to' : `it has ${now.size} bytes instead of ${then.size}`,
  );
}

/** The error for a shard that is not what its index says. */
export function changed(path: string, how: string, cause?: unknown): Error {
  return badShard(
    path,
    `has changed since its index was taken: ${how}`,
    'Start again, and leave shards alone that are being read.',
    cause,
  );
}
