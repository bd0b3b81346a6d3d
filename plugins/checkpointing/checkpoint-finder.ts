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

/** A run folder's folder of checkpoints. */
export const checkpointsFolder = 'checkpoints';

interface Found<T> {
  readonly state: T;
  readonly path: string;
}

/** Finds the checkpoint that a selector means, and reads it whole or not at all; or of it what `open` reads. */
export class CheckpointFinder<T = RunState> {
  constructor(
    /** The checkpoints that `last`, `best` and bare names mean. */
    private readonly home: string,
    private readonly notify: Notify,
    /** Whether a monitor ranks checkpoints; where none does, the best one is the last, as in Lightning. */
    private readonly ranks = true,
    private readonly open: (checkpoint: StoredCheckpoint) => Promise<T> = readCheckpoint as never,
  ) {}

  /**
   * @param selector `last`, `best`, a checkpoint's name or folder, a run folder or its folder of checkpoints (their last), or
   *   `last` or `best` in one of those. Where the newest is damaged, `last` says so and takes the one before.
   * @throws FulgurError `checkpoint` when nothing is there (listing what is), when a checkpoint that was meant alone is
   *   damaged, and for a format from the future.
   */
  async read(selector: string): Promise<Found<T>> {
    if (selector === 'last') return this.readLast(this.home);
    if (selector === 'best') return this.readBest(this.home);
    for (const path of [resolve(selector), join(this.home, selector)]) {
      if (await isCheckpoint(path)) return this.readOne(path);
      // `last` and `best` beside the checkpoints, or in the run's folder, mean there what they mean alone.
      const alias = pointers.find((pointer) => pointer === basename(path));
      const folder = await this.folderOfCheckpoints(alias === undefined ? path : dirname(path));
      if (folder === null) continue;
      if (alias === 'best') return this.readBest(folder);
      return this.readLast(folder);
    }
    throw await this.nothingThere(`There is no checkpoint ${selector}.`, this.home);
  }

  /** The folder of checkpoints that a path means; `null` where there is no such folder. */
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
    // A checkpoint without a readable manifest has no place in the order: it may have been the newest.
    const found: Damage[] = [...damages];
    for (const checkpoint of newest(checkpoints.map(ranked))) {
      try {
        const state = await this.open(checkpoint.stored);
        for (const damage of found) {
          this.notify(
            'warning',
            `A checkpoint is damaged: ${damage.message} Going on from ${checkpoint.name} instead.`,
          );
        }
        return { state, path: checkpoint.stored.path };
      } catch (error) {
        if (!(error instanceof Damage)) throw error;
        found.push(error);
      }
    }
    if (found.length === 0) throw await this.nothingThere(`There is no checkpoint in ${folder}.`, folder);
    throw new FulgurError('checkpoint', {
      what: `Every checkpoint in ${folder} is damaged: ${found.map((damage) => damage.message).join(' ')}`,
      fix: 'Name an undamaged copy with --resume PATH, or start anew without --resume.',
    });
  }

  private async readOne(folder: string): Promise<Found<T>> {
    try {
      return { state: await this.readWhole(folder), path: folder };
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      throw new FulgurError('checkpoint', {
        what: `Checkpoint ${basename(folder)} is damaged: ${error.message}`,
        fix: 'Resume from another checkpoint: --resume last takes the newest whole one.',
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
      'checkpointing() ranks checkpoints only when it has a monitor that was logged.',
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
          ? 'Start anew without --resume.'
          : `Resume from one of these: ${names.join(', ')}.`,
    });
  }
}

function ranked(stored: StoredCheckpoint) {
  return { stored, name: stored.name, sequence: stored.manifest.sequence, score: null, isRescue: false };
}
