import { closeSync, fstat, read } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openRegularAtOnce } from '../../../system';
import { reasonOf } from '../data-errors';
import { badShard } from './shard-error';

/** What shows whether a shard is unchanged since it was indexed. */
export interface ShardState {
  /** Path relative to the common folder. */
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly inode: number;
}

interface OpenShard {
  readonly file: number;
  users: number;
}

/** The number of files kept open per thread, whatever the number of shards. */
const MOST_OPEN = 16;

const readAt = promisify(read);
const stateOf = promisify(fstat);

/** The shards of a data set, opened when needed; the most recently used ones stay open. */
export class ShardFiles {
  /** Open shards by index, the most recently used one last. */
  readonly #open = new Map<number, OpenShard>();

  constructor(
    private readonly root: string,
    private readonly shards: readonly ShardState[],
  ) {}

  /** Reads bytes of a shard.
   *
   * @throws FulgurError of kind `data` if the shard has changed.
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
      // Checked only now, so that changes during the read are noticed too.
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

  /** Closes the shards that are not being read; the others are closed after their reads. */
  close(): void {
    const idle = [...this.#open.values()].filter(({ users }) => users === 0);
    this.#open.clear();
    for (const { file } of idle) closeSync(file);
  }

  /** Returns the shard, which stays open at least until the caller no longer needs it. */
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

/** Appending to a shard is allowed: the indexed entries stay where they are. */
function requireSame(path: string, then: ShardState, now: Omit<ShardState, 'name'>): void {
  if (now.size === then.size && now.mtimeMs === then.mtimeMs) return;
  if (now.size > then.size && now.inode === then.inode) return;
  throw changed(
    path,
    now.size === then.size ? 'it was written to' : `it has ${now.size} bytes instead of ${then.size}`,
  );
}

/** Returns the error for a shard that does not match its index. */
export function changed(path: string, how: string, cause?: unknown): Error {
  return badShard(
    path,
    `has changed since it was indexed: ${how}`,
    'Start again, and do not change shards that are being read.',
    cause,
  );
}
