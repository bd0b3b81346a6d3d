import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FulgurError, readRegularFile } from '../../src';
import type { RunState } from '../../src';
import { hiddenPrefix, listCheckpoints, manifestFile } from './checkpoint-folder';
import type { StoredCheckpoint } from './checkpoint-folder';
import { DurableFiles } from './durable-files';
import { lengthOf, sha256 } from './file-parts';
import type { FileParts } from './file-parts';
import { formatVersion, manifestText } from './manifest';
import type { Manifest } from './manifest';
import { encodeState } from './state-files';

/** Text files that name a checkpoint's folder, for people and scripts. */
export const pointers = ['last', 'best'] as const;
export type Pointer = (typeof pointers)[number];

const longestPointer = 4096;

/** The checkpoint that a pointer names; `null` where there is no such file. */
export async function readPointer(path: string): Promise<string | null> {
  try {
    return (await readRegularFile(path, longestPointer)).toString('utf8').trim();
  } catch {
    return null;
  }
}

/** What a save adds to the state. */
export interface SaveFacts {
  readonly reason: string;
  readonly monitor: Manifest['monitor'];
}

/** The folder in which a run's checkpoints come and go; whatever kills the process, each one there is whole. */
export class CheckpointStore {
  private newestSequence = 0;
  private known: StoredCheckpoint[] = [];
  private readonly taken = new Set<string>();
  private aside = 0;

  constructor(
    readonly folder: string,
    private readonly files: DurableFiles = new DurableFiles(),
  ) {}

  /** The checkpoints that are there and can be read. */
  get checkpoints(): readonly StoredCheckpoint[] {
    return this.known;
  }

  /** The place that the next checkpoint will have in the order. */
  get nextSequence(): number {
    return this.newestSequence + 1;
  }

  /** Makes the folder, takes stock, and removes what killed runs left half done. */
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
   * Saves a state under `name`, or `name-v2`, ... where that is taken. When the promise resolves, the checkpoint
   * survives a power cut.
   *
   * @throws FulgurError `checkpoint`, naming the folder; what was saved before is untouched.
   */
  async save(name: string, state: RunState, { reason, monitor }: SaveFacts): Promise<StoredCheckpoint> {
    const freeName = this.freeName(name);
    const path = join(this.folder, freeName);
    const contents = encodeState(state);
    const sequence = this.nextSequence;
    const manifest: Manifest = {
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

  /** Makes a pointer name a checkpoint. */
  async point(pointer: Pointer, { name }: StoredCheckpoint): Promise<void> {
    const aside = this.asidePath(pointer);
    await this.guard(join(this.folder, pointer), async () => {
      await this.files.write(aside, [Buffer.from(`${name}\n`)]);
      await this.files.rename(aside, join(this.folder, pointer));
      await this.files.syncFolder(this.folder);
    });
  }

  /** Deletes a checkpoint, and pointers to it before; it is gone for readers before its first file goes. */
  async remove(checkpoint: StoredCheckpoint): Promise<void> {
    const aside = this.asidePath(checkpoint.name);
    await this.guardRemoval(checkpoint.path, async () => {
      for (const pointer of pointers) {
        const path = join(this.folder, pointer);
        if ((await readPointer(path)) === checkpoint.name) await this.files.remove(path);
      }
      await this.files.rename(checkpoint.path, aside);
      await this.files.remove(aside);
    });
    this.known = this.known.filter((other) => other !== checkpoint);
    this.taken.delete(checkpoint.name);
  }

  private async writeFolder(path: string, parts: Readonly<Record<string, FileParts>>): Promise<void> {
    const aside = this.asidePath('new');
    try {
      await this.files.makeFolder(aside);
      for (const [file, data] of Object.entries(parts)) await this.files.write(join(aside, file), data);
      await this.files.syncFolder(aside);
      await this.files.rename(aside, path);
    } catch (error) {
      // What cannot be removed now goes when the next run opens the folder; the first error says more.
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

  private async guardRemoval(path: string, change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (cause) {
      throw new FulgurError('checkpoint', {
        what: `${path} could not be removed: ${(cause as Error).message}.`,
        fix: 'Make the folder writable.',
        cause,
      });
    }
  }

  private async guard(path: string, change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (cause) {
      throw new FulgurError('checkpoint', {
        what: `${path} could not be written: ${(cause as Error).message}.`,
        why: 'The checkpoints that were there before are untouched.',
        fix: 'Free space on the disk or make the folder writable, then go on with --resume last.',
        cause,
      });
    }
  }
}
