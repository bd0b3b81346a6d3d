import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { RunFolder } from '../../contracts';
import { FulgurError } from '../../errors';

export interface RunFolderOptions {
  /** The folder of all experiments, `runs` for example. */
  readonly root: string;
  readonly experiment: string;
  /** `last`, `best`, the path of a checkpoint, or `null` for a new run. */
  readonly resume: string | null;
}

const VERSION = /^version_(\d+)$/;

/**
 * The folder of a run, `<root>/<experiment>/version_<n>` as Lightning counts. A new run makes the next one, also when
 * two processes do so at once. A resumed run goes on in its own: for `last` and `best` the newest that holds such a
 * checkpoint, for a path the run folder that it lies in. A checkpoint outside of any run folder starts a new one.
 *
 * @throws FulgurError `checkpoint` when there is nothing to resume from.
 */
export function createRunFolder({ root, experiment, resume }: RunFolderOptions): RunFolder {
  const parent = resolve(root, experiment);
  if (resume === null) return nextVersion(parent, experiment);
  if (resume === 'last' || resume === 'best') {
    return describeFolder(newestWith(parent, resume), experiment);
  }
  const path = resolve(resume);
  if (!existsSync(path)) {
    throw new FulgurError('checkpoint', {
      what: `There is no checkpoint ${path}.`,
      fix: "Name an existing checkpoint, or 'last' for the newest.",
    });
  }
  const folder = runFolderAround(path);
  if (folder === null) return nextVersion(parent, experiment);
  const owner = basename(dirname(folder));
  if (owner !== basename(experiment)) {
    throw new FulgurError('checkpoint', {
      what: `The checkpoint ${path} lies in a run of '${owner}', and this experiment is '${experiment}'.`,
      fix: `Resume from a checkpoint of '${experiment}'.`,
    });
  }
  return describeFolder(folder, experiment);
}

/** Whether any run of an experiment has a checkpoint to go on from. */
export function hasCheckpoint(root: string, experiment: string): boolean {
  return newestFolderWith(resolve(root, experiment), 'last') !== undefined;
}

/** Whether a run's folder has a checkpoint to go on from. */
export function holdsCheckpoint(folder: string): boolean {
  return existsSync(join(folder, 'checkpoints', 'last'));
}

/** Where evaluations of random weights are written, `<root>/<experiment>/untrained`: made with the first file in it. */
export function untrainedFolder(root: string, experiment: string): RunFolder {
  return describeFolder(resolve(root, experiment, 'untrained'), experiment);
}

function nextVersion(parent: string, experiment: string): RunFolder {
  mkdirSync(parent, { recursive: true });
  for (let version = (versionsIn(parent)[0] ?? -1) + 1; ; version++) {
    const path = join(parent, `version_${version}`);
    try {
      // Not recursive: it fails where another process was first.
      mkdirSync(path);
      return describeFolder(path, experiment);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function newestWith(parent: string, checkpoint: 'last' | 'best'): string {
  // Where nothing ranks checkpoints, none is marked as the best: it is the last.
  const newest =
    newestFolderWith(parent, checkpoint) ??
    (checkpoint === 'best' ? newestFolderWith(parent, 'last') : undefined);
  if (newest !== undefined) return newest;
  throw new FulgurError('checkpoint', {
    what: `No run in ${parent} has a checkpoint '${checkpoint}'.`,
    fix: 'Train first, or name the folder of a checkpoint.',
  });
}

function newestFolderWith(parent: string, checkpoint: string): string | undefined {
  const folders = versionsIn(parent).map((version) => join(parent, `version_${version}`));
  return folders.find((folder) => existsSync(join(folder, 'checkpoints', checkpoint)));
}

/** Versions that are there, newest first. */
function versionsIn(parent: string): number[] {
  if (!existsSync(parent)) return [];
  const versions = readdirSync(parent).flatMap((name) => {
    const version = VERSION.exec(name)?.[1];
    return version === undefined ? [] : [Number(version)];
  });
  return versions.sort((a, b) => b - a);
}

function runFolderAround(path: string): string | null {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    if (VERSION.test(basename(folder))) return folder;
  }
  return null;
}

function describeFolder(path: string, experiment: string): RunFolder {
  return { path, experiment, version: basename(path), resolve: (...parts) => resolve(path, ...parts) };
}
