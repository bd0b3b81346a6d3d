import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FulgurError, makeFolder, messageOf, readRegularFile, syncFolder, writeDurably } from '../../src';
import type { RunState } from '../../src';
import {
  formatVersion,
  hiddenPrefix,
  lengthOf,
  listCheckpoints,
  manifestFile,
  manifestText,
  sha256,
} from './checkpoint-folder';
import type { CheckpointManifest, StoredCheckpoint } from './checkpoint-folder';
import { encodeState } from './state-files';

/** Text files that name a checkpoint's folder, for people and scripts. */
export const pointers = ['last', 'best'] as const;
export type Pointer = (typeof pointers)[number];

const longestPointer = 4096;

/** Returns the checkpoint that a pointer names; `null` if the pointer does not exist. */
export async function readPointer(path: string): Promise<string | null> {
  try {
    return (await readRegularFile(path, longestPointer)).toString('utf8').trim();
  } catch {
    return null;
  }
}

/** Facts that a save records besides the state. */
export interface SaveFacts {
  readonly reason: string;
  readonly monitor: CheckpointManifest['monitor'];
}

/** The folder of a run's checkpoints; every checkpoint in it is complete, however the process was killed. */
export class CheckpointStore {
  private newestSequence = 0;
  private known: StoredCheckpoint[] = [];
  private readonly taken = new Set<string>();
  private aside = 0;

  constructor(
    readonly folder: string,
    private readonly files: DurableFiles = new DurableFiles(),
  ) {}

  /** The checkpoints in the folder that can be read. */
  get checkpoints(): readonly StoredCheckpoint[] {
    return this.known;
  }

  /** The next checkpoint's position in the order. */
  get nextSequence(): number {
    return this.newestSequence + 1;
  }

  /** Makes the folder, lists its checkpoints, and removes what killed runs left unfinished. */
  async open(): Promise<void> {
    await this.guard(this.folder, async () => {
      await this.files.makeFolder(this.folder);
      for (const name of await readdir(this.folder)) {
        if (name.startsWith(hiddenPrefix)) await this.files.remove(join(this.folder, name));
        else this.taken.add(name);
      }
    });
    const { checkpoints } = await listCheckpoints(this.folder);
    this.known = [...checkpoints];
    this.newestSequence = Math.max(0, ...checkpoints.map(({ manifest }) => manifest.sequence));
  }

  /**
   * Saves a state under `name`, or `name-v2`, ... if that is taken. When the promise resolves, the checkpoint survives
   * a power cut.
   *
   * @throws FulgurError `checkpoint`, naming the folder; earlier checkpoints are untouched.
   */
  async save(name: string, state: RunState, { reason, monitor }: SaveFacts): Promise<StoredCheckpoint> {
    const freeName = this.freeName(name);
    const path = join(this.folder, freeName);
    const contents = encodeState(state);
    const sequence = this.nextSequence;
    const manifest: CheckpointManifest = {
      formatVersion,
      experiment: state.experiment,
      sequence,
      reason,
      savedAt: new Date().toISOString(),
      progress: { ...state.progress },
      monitor,
      files: Object.fromEntries(
        Object.entries(contents).map(([file, data]) => [
          file,
          { bytes: lengthOf(data), sha256: sha256(data) },
        ]),
      ),
    };
    const parts = { ...contents, [manifestFile]: [Buffer.from(manifestText(manifest))] };
    await this.guard(path, () => this.writeFolder(path, parts));
    this.newestSequence = sequence;
    this.taken.add(freeName);
    const saved = { path, name: freeName, manifest };
    this.known.push(saved);
    return saved;
  }

  /** Points a pointer at a checkpoint. */
  async point(pointer: Pointer, { name }: StoredCheckpoint): Promise<void> {
    const aside = this.asidePath(pointer);
    await this.guard(join(this.folder, pointer), async () => {
      await this.files.write(aside, [Buffer.from(`${name}\n`)]);
      await this.files.rename(aside, join(this.folder, pointer));
      await this.files.syncFolder(this.folder);
    });
  }

  /** Deletes a checkpoint after the pointers to it; readers no longer see it by the time its first file is deleted. */
  async remove(checkpoint: StoredCheckpoint): Promise<void> {
    const aside = this.asidePath(checkpoint.name);
    try {
      for (const pointer of pointers) {
        const path = join(this.folder, pointer);
        if ((await readPointer(path)) === checkpoint.name) await this.files.remove(path);
      }
      await this.files.rename(checkpoint.path, aside);
      await this.files.remove(aside);
    } catch (cause) {
      throw new FulgurError('checkpoint', {
        what: `${checkpoint.path} could not be removed: ${messageOf(cause)}.`,
        fix: 'Make the folder writable.',
        cause,
      });
    }
    this.known = this.known.filter((other) => other !== checkpoint);
    this.taken.delete(checkpoint.name);
  }

  private async writeFolder(
    path: string,
    parts: Readonly<Record<string, readonly Uint8Array[]>>,
  ): Promise<void> {
    const aside = this.asidePath('new');
    try {
      await this.files.makeFolder(aside);
      for (const [file, data] of Object.entries(parts)) await this.files.write(join(aside, file), data);
      await this.files.syncFolder(aside);
      await this.files.rename(aside, path);
    } catch (error) {
      // What cannot be removed now is removed when the next run opens the folder; the first error says more.
      await this.files.remove(aside).catch(() => undefined);
      throw error;
    }
    await this.files.syncFolder(this.folder);
  }

  private freeName(name: string): string {
    for (let version = 1; ; version++) {
      const candidate = version === 1 ? name : `${name}-v${version}`;
      if (!this.taken.has(candidate)) return candidate;
    }
  }

  private asidePath(name: string): string {
    this.aside += 1;
    return join(this.folder, `${hiddenPrefix}${name}-${process.pid}-${this.aside}`);
  }

  private async guard(path: string, change: () => Promise<void>): Promise<void> {
    await change().catch((cause: unknown) => {
      throw new FulgurError('checkpoint', {
        what: `${path} could not be written: ${messageOf(cause)}.`,
        why: 'Earlier checkpoints are untouched.',
        fix: 'Free space on the disk or make the folder writable, then resume with --resume last.',
        cause,
      });
    });
  }
}

/** The facts by which checkpoints are ranked. */
export interface Ranked {
  readonly name: string;
  /** Grows with every save of a run folder. */
  readonly sequence: number;
  /** The monitored metric; `null` if there was none. */
  readonly score: number | null;
  /** Whether a failed or interrupted run saved it as it ended. */
  readonly isRescue: boolean;
}

/** Sorts the best first, and the older first among equals, so that a constant metric changes nothing. */
export function best<T extends Ranked>(checkpoints: readonly T[], mode: 'min' | 'max'): T[] {
  const sign = mode === 'min' ? 1 : -1;
  return checkpoints
    .filter(({ score }) => score !== null && !Number.isNaN(score))
    .sort((a, b) => sign * ((a.score ?? 0) - (b.score ?? 0)) || a.sequence - b.sequence);
}

/** Sorts the newest first. */
export function newest<T extends Ranked>(checkpoints: readonly T[]): T[] {
  return [...checkpoints].sort((a, b) => b.sequence - a.sequence);
}

export interface RetentionRule {
  readonly saveLast: boolean;
  readonly keepLast: number | 'all';
  readonly mode: 'min' | 'max';
  readonly saveTopK: number;
}

/**
 * Returns the checkpoints that may be deleted: those neither among the newest nor among the best. What a failed or
 * interrupted run saved is kept until there is a newer checkpoint, whatever the rule, as the run resumes from it.
 */
export function expendable<T extends Ranked>(checkpoints: readonly T[], rule: RetentionRule): T[] {
  if (rule.keepLast === 'all') return [];
  const inOrder = newest(checkpoints);
  const kept = new Set<T>([
    ...inOrder.slice(0, rule.saveLast ? rule.keepLast : 0),
    ...inOrder.slice(0, 1).filter(({ isRescue }) => isRescue),
    ...best(checkpoints, rule.mode).slice(0, rule.saveTopK),
  ]);
  return checkpoints.filter((checkpoint) => !kept.has(checkpoint));
}

/** The changes to the disk that saving needs, each permanent when its promise resolves; tests interrupt them. */
export class DurableFiles {
  async makeFolder(path: string): Promise<void> {
    await makeFolder(path);
  }

  /** Writes a new file. */
  write(path: string, parts: readonly Uint8Array[]): Promise<void> {
    return writeDurably(path, parts);
  }

  /** Renames a file or a folder; an existing file with the new name is replaced atomically. */
  rename(from: string, to: string): Promise<void> {
    return rename(from, to);
  }

  /** Flushes the entries of a folder to the disk. */
  syncFolder(path: string): Promise<void> {
    return syncFolder(path);
  }

  remove(path: string): Promise<void> {
    return rm(path, { recursive: true, force: true });
  }
}
