import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { ResolvedConfig } from '../config';
import type { Ranks, RunFolder } from '../contracts';
import { FulgurError, messageOf } from '../errors';
import { tryLock } from '../locks';
import type { LockHolder } from '../locks';
import { createRunFolder, hasCheckpoint, untrainedFolder } from '../run-folder';
import { SharedFailure } from '../strategy';

/** Returns a configuration in which `--resume auto` is replaced: by `last`, or by nothing if no run has a checkpoint. */
export function settleResume(config: ResolvedConfig): ResolvedConfig {
  if (config.resume !== 'auto') return config;
  const { defaultRootDir } = config.trainer;
  return { ...config, resume: hasCheckpoint(defaultRootDir, config.name) ? 'last' : null };
}

/** The folder to which a run writes. */
export interface RunPlace {
  readonly folder: RunFolder;
  /** Releases the folder, and deletes a trial's files. */
  close(): Promise<void>;
}

/**
 * Opens a run's own folder, to which no other run may write in the meantime; a trial run (`fastDevRun`) writes to a
 * temporary folder and so leaves nothing behind. An evaluation writes beside the files of a fit and needs no folder of
 * its own; evaluations of random weights, and commands that need no run, share a folder, which is created with its
 * first file.
 *
 * @throws FulgurError `checkpoint` when there is nothing to resume from, `config` when the folder cannot be created or
 *   is in use.
 */
export async function openRunPlace({
  name,
  resume,
  checkpoint,
  trains,
  trainer,
}: ResolvedConfig): Promise<RunPlace> {
  if (checkpoint !== null) {
    const folder = createRunFolder({ root: trainer.defaultRootDir, experiment: name, resume: checkpoint });
    return { folder, close: () => Promise.resolve() };
  }
  if (trainer.fastDevRun !== false) return openTrialPlace(name, resume);
  if (!trains) {
    return { folder: untrainedFolder(trainer.defaultRootDir, name), close: () => Promise.resolve() };
  }
  const folder = orUnwritable(trainer.defaultRootDir, (root) =>
    createRunFolder({ root, experiment: name, resume }),
  );
  const lock = await tryLock(folder.resolve('run.lock'));
  if (!('release' in lock)) throw folderInUse(folder, lock);
  return { folder, close: () => lock.release() };
}

function folderInUse({ path }: RunFolder, { pid, host, since }: LockHolder): FulgurError {
  return new FulgurError('config', {
    what: `The run folder ${path} is in use: process ${pid} on ${host} has been writing to it since ${since}.`,
    why: 'Two runs in one folder would overwrite each other.',
    fix: 'Wait for that run, or end it; without --resume, a run gets its own folder.',
  });
}

function openTrialPlace(experiment: string, resume: string | null): RunPlace {
  if (resume === 'last' || resume === 'best') {
    throw new FulgurError('config', {
      what: `'--resume ${resume}' was given to a trial run (trainer.fastDevRun).`,
      why: 'A trial has its own folder, without checkpoints.',
      fix: "Name the checkpoint's folder after --resume.",
    });
  }
  const root = orUnwritable(tmpdir(), (parent) => mkdtempSync(join(parent, 'fulgur-trial-')));
  return {
    folder: createRunFolder({ root, experiment, resume: null }),
    close: () => {
      rmSync(root, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

function orUnwritable<T>(root: string, make: (root: string) => T): T {
  try {
    return make(root);
  } catch (cause) {
    if (cause instanceof FulgurError) throw cause;
    throw new FulgurError('config', {
      what: `The run folder cannot be created in '${root}': ${messageOf(cause)}.`,
      fix: 'Make it writable, or name another folder with --trainer.defaultRootDir.',
      cause,
    });
  }
}

/** A run's folder, with the configuration in which the checkpoint to resume from is resolved. */
export interface SharedPlace {
  readonly config: ResolvedConfig;
  readonly place: RunPlace;
}

/** The message from rank 0 to the others. */
type Told = { readonly path: string; readonly resume: string | null } | { readonly problem: string };

/**
 * Opens the run's folder on rank 0, the only rank that writes to it; the others are told its path.
 *
 * @throws FulgurError what `openRunPlace` throws, on rank 0; in that case `ranks` on the others.
 */
export async function openSharedPlace(given: ResolvedConfig, ranks: Ranks): Promise<SharedPlace> {
  if (ranks.rank > 0) return followFirst(given, ranks);
  let place: RunPlace | null = null;
  try {
    const config = settleResume(given);
    place = await openRunPlace(config);
    await tell(ranks, { path: place.folder.path, resume: config.resume });
    return { config, place };
  } catch (error) {
    if (place === null && ranks.worldSize > 1) await tell(ranks, { problem: messageOf(error) });
    else await place?.close();
    throw error;
  }
}

async function followFirst(given: ResolvedConfig, ranks: Ranks): Promise<SharedPlace> {
  const bytes = await ranks.broadcastBytes(new Uint8Array());
  const told = JSON.parse(Buffer.from(bytes).toString('utf8')) as Told;
  if ('problem' in told) {
    throw new SharedFailure({
      what: `Rank 0 could not start: ${told.problem}`,
      fix: 'Look at its output.',
    });
  }
  const { path, resume } = told;
  const folder: RunFolder = {
    path,
    experiment: basename(dirname(path)),
    version: basename(path),
    resolve: (...parts) => resolve(path, ...parts),
  };
  return { config: { ...given, resume }, place: { folder, close: () => Promise.resolve() } };
}

async function tell(ranks: Ranks, told: Told): Promise<void> {
  await ranks.broadcastBytes(Buffer.from(JSON.stringify(told)));
}
