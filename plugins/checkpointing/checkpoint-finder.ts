import { basename, dirname, join, resolve } from 'node:path';
import { FulgurError } from '../../src';
import type { Notify, RunState } from '../../src';
import {
  Damage,
  exists,
  isCheckpoint,
  listCheckpoints,
  openCheckpoint,
  readCheckpoint,
} from './checkpoint-folder';
import type { StoredCheckpoint } from './checkpoint-folder';
import { newest, pointers, readPointer } from './checkpoint-store';

/** The folder of checkpoints inside a run folder. */
export const checkpointsFolder = 'checkpoints';

interface Found<T> {
  readonly state: T;
  readonly path: string;
}

/** Finds the checkpoint that a selector names, and reads it completely or not at all; `open` may read only a part of it. */
export class CheckpointFinder<T = RunState> {
  constructor(
    /** Folder of the checkpoints to which `last`, `best` and bare names refer. */
    private readonly home: string,
    private readonly notify: Notify,
    /** Whether a monitor ranks checkpoints; without one, the best checkpoint is the last, as in Lightning. */
    private readonly ranks = true,
    private readonly open: (checkpoint: StoredCheckpoint) => Promise<T> = readCheckpoint as never,
  ) {}

  /**
   * @param selector `last`, `best`, a checkpoint's name or folder, a run folder or its folder of checkpoints (meaning
   *   the last one there), or `last` or `best` in such a folder. If the newest checkpoint is damaged, `last` reports it
   *   and uses the previous one.
   * @throws FulgurError `checkpoint` when no such checkpoint exists (listing those that do), when a checkpoint named
   *   explicitly is damaged, and for a format from the future.
   */
  async read(selector: string): Promise<Found<T>> {
    if (selector === 'last') return this.readLast(this.home);
    if (selector === 'best') return this.readBest(this.home);
    for (const path of [resolve(selector), join(this.home, selector)]) {
      if (await isCheckpoint(path)) return this.readOne(path);
      // `last` and `best` at the end of a path mean the last and best checkpoint of that folder.
      const alias = pointers.find((pointer) => pointer === basename(path));
      const folder = await this.folderOfCheckpoints(alias === undefined ? path : dirname(path));
      if (folder === null) continue;
      if (alias === 'best') return this.readBest(folder);
      return this.readLast(folder);
    }
    throw await this.nothingThere(`The checkpoint ${selector} does not exist.`, this.home);
  }

  /** Returns the folder of checkpoints to which a path refers; `null` if it does not exist. */
  private async folderOfCheckpoints(path: string): Promise<string | null> {
    const inside = join(path, checkpointsFolder);
    if (await exists(inside)) return inside;
    return (await exists(path)) ? path : null;
  }

  private async readBest(folder: string): Promise<Found<T>> {
    return this.ranks || (await exists(join(folder, 'best')))
      ? this.readOne(await this.bestIn(folder))
      : this.readLast(folder);
  }

  private async readLast(folder: string): Promise<Found<T>> {
    const { checkpoints, damages } = await listCheckpoints(folder);
    // The age of a checkpoint without a readable manifest is unknown: it may have been the newest.
    const found: Damage[] = [...damages];
    for (const checkpoint of newest(checkpoints.map(ranked))) {
      try {
        const state = await this.open(checkpoint.stored);
        for (const damage of found) {
          this.notify(
            'warning',
            `A checkpoint is damaged: ${damage.message} Using ${checkpoint.name} instead.`,
          );
        }
        return { state, path: checkpoint.stored.path };
      } catch (error) {
        if (!(error instanceof Damage)) throw error;
        found.push(error);
      }
    }
    if (found.length === 0) throw await this.nothingThere(`No checkpoint was found in ${folder}.`, folder);
    throw new FulgurError('checkpoint', {
      what: `Every checkpoint in ${folder} is damaged: ${found.map((damage) => damage.message).join(' ')}`,
      fix: 'Name an undamaged copy with --resume PATH, or start a new run without --resume.',
    });
  }

  private async readOne(folder: string): Promise<Found<T>> {
    try {
      return { state: await this.readWhole(folder), path: folder };
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      throw new FulgurError('checkpoint', {
        what: `Checkpoint ${basename(folder)} is damaged: ${error.message}`,
        fix: 'Resume from another checkpoint: --resume last uses the newest undamaged one.',
        cause: error,
      });
    }
  }

  private async readWhole(folder: string): Promise<T> {
    return this.open(await openCheckpoint(folder));
  }

  private async bestIn(folder: string): Promise<string> {
    const name = await readPointer(join(folder, 'best'));
    if (name !== null && (await exists(join(folder, name)))) return join(folder, name);
    throw await this.nothingThere(
      `No checkpoint in ${folder} is marked as the best.`,
      folder,
      'checkpointing() ranks checkpoints only if it has a monitor that was logged.',
    );
  }

  private async nothingThere(what: string, folder: string, why?: string): Promise<FulgurError> {
    const { checkpoints } = await listCheckpoints(folder);
    const names = newest(checkpoints.map(ranked)).map(({ name }) => name);
    return new FulgurError('checkpoint', {
      what,
      ...(why === undefined ? {} : { why }),
      fix:
        names.length === 0
          ? 'Start a new run without --resume.'
          : `Resume from one of these: ${names.join(', ')}.`,
    });
  }
}

function ranked(stored: StoredCheckpoint) {
  return { stored, name: stored.name, sequence: stored.manifest.sequence, score: null, isRescue: false };
}
