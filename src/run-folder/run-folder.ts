import { existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseJson } from '../contracts';
import type { RunFolder } from '../contracts';
import { FulgurError, messageOf } from '../errors';
import { isPathName, makeFolderAtOnce, readRegularText } from '../system';

export interface RunFolderOptions {
  /** The folder of all experiments, for example `runs`. */
  readonly root: string;
  readonly experiment: string;
  /** `last`, `best`, the path or the name of a checkpoint, or `null` for a new run. */
  readonly resume: string | null;
}

/** Longer numbers are not versions: beyond 2^53, consecutive numbers cannot be distinguished. */
const VERSION = /^version_(\d{1,15})$/;
/** Names that refer to a checkpoint in any folder of checkpoints. */
const ALIAS = /^(last|best)$/;
const MANIFEST_BYTES = 1 << 24;
/** Maximum number of a folder's entries that an error lists. */
const LISTED = 12;

/**
 * Makes or finds the folder of a run, `<root>/<experiment>/version_<n>`, counted as in Lightning. A new run makes the
 * next one, even if two processes do so at once. A resumed run continues in its own folder: for `last`, `best` and the
 * name of a checkpoint, the newest run folder that contains it; for a path (of a checkpoint, of `last` or `best` beside
 * it, of a folder of checkpoints or a run), the run folder that contains it. A checkpoint outside any run folder starts
 * a new one.
 *
 * @throws FulgurError `checkpoint` when there is nothing to resume from, `config` for a name that cannot be a folder's.
 */
export function createRunFolder(options: RunFolderOptions): RunFolder {
  return (
    findRunFolder(options) ?? nextVersion(parentOf(options.root, options.experiment), options.experiment)
  );
}

/**
 * Finds the folder of the run to resume, without making anything; returns `null` if a new one is needed.
 *
 * @throws FulgurError `checkpoint` as `createRunFolder` does.
 */
export function findRunFolder({ root, experiment, resume }: RunFolderOptions): RunFolder | null {
  const parent = parentOf(root, experiment);
  if (resume === null) return null;
  if (resume === 'last' || resume === 'best') {
    return describeFolder(newestWith(parent, resume), experiment);
  }
  const path = resolve(resume);
  if (!leadsToCheckpoint(path)) {
    const named = newestFolder(parent, (folder) =>
      checkpointsIn(join(folder, 'checkpoints')).includes(resume),
    );
    if (named !== undefined) return describeFolder(named, experiment);
    throw nothingAt(path);
  }
  const folder = runFolderAround(path) ?? runFolderAround(realPathOf(path));
  if (folder === null) return null;
  const parentName = basename(dirname(folder));
  const owner = experimentOf(folder) ?? (parentName === basename(experiment) ? experiment : parentName);
  if (owner !== experiment) {
    throw new FulgurError('checkpoint', {
      what: `The checkpoint ${path} belongs to a run of '${owner}', but this experiment is '${experiment}'.`,
      fix: `Name a checkpoint of '${experiment}'.`,
    });
  }
  return describeFolder(folder, experiment);
}

/**
 * Returns the experiment of the run in a folder, as recorded in its checkpoints, since folders are copied and renamed;
 * `null` if none records it.
 */
function experimentOf(folder: string): string | null {
  const checkpoints = join(folder, 'checkpoints');
  for (const name of checkpointsIn(checkpoints)) {
    try {
      const manifest = parseJson(readRegularText(join(checkpoints, name, 'manifest.json'), MANIFEST_BYTES));
      const { experiment } = manifest as { readonly experiment?: unknown };
      if (typeof experiment === 'string') return experiment;
    } catch {
      // Whoever reads the checkpoint says what is wrong with it.
    }
  }
  return null;
}

/** Returns whether any run of an experiment has a checkpoint to resume from. */
export function hasCheckpoint(root: string, experiment: string): boolean {
  return newestFolder(parentOf(root, experiment), holdsCheckpoint) !== undefined;
}

/** Returns whether a run's folder has a checkpoint to resume from. */
export function holdsCheckpoint(folder: string): boolean {
  return checkpointsIn(join(folder, 'checkpoints')).length > 0;
}

/** Folder for evaluations of random weights, `<root>/<experiment>/untrained`; it is created with its first file. */
export function untrainedFolder(root: string, experiment: string): RunFolder {
  return describeFolder(join(parentOf(root, experiment), 'untrained'), experiment);
}

/**
 * The folder of an experiment's runs; the experiment's name may contain folders, as in `group/tiny`, but none that lead
 * outside the root.
 */
function parentOf(root: string, experiment: string): string {
  const parts = experiment.split('/');
  if (parts.every((part) => isPathName(part) && !VERSION.test(part))) return resolve(root, ...parts);
  throw new FulgurError('config', {
    what: `The experiment is named '${experiment}', which cannot be the name of a folder for its runs.`,
    fix: "Give it a name of letters, digits and '-', such as name: 'fastsiam', in @Experiment.",
  });
}

function nextVersion(parent: string, experiment: string): RunFolder {
  try {
    makeFolderAtOnce(parent);
  } catch (error) {
    throw notMade(parent, error);
  }
  for (let version = (versionsIn(parent)[0] ?? -1) + 1; ; version++) {
    const path = join(parent, `version_${version}`);
    try {
      // Not recursive, so that it fails if another process was first.
      mkdirSync(path);
      return describeFolder(path, experiment);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw notMade(path, error);
    }
  }
}

function notMade(folder: string, cause: unknown): FulgurError {
  return new FulgurError('config', {
    what: `The run folder ${folder} cannot be created: ${messageOf(cause)}.`,
    fix: 'Set --trainer.defaultRootDir to a folder to which you can write.',
    cause,
  });
}

function newestWith(parent: string, checkpoint: 'last' | 'best'): string {
  // If nothing ranks checkpoints, none is marked as the best, and the last one counts.
  const hasBest = (folder: string) => existsSync(join(folder, 'checkpoints', 'best'));
  const best = checkpoint === 'best' ? newestFolder(parent, hasBest) : undefined;
  const newest = best ?? newestFolder(parent, holdsCheckpoint);
  if (newest !== undefined) return newest;
  throw new FulgurError('checkpoint', {
    what: `No run in ${parent} has a checkpoint '${checkpoint}'.`,
    fix: 'Train first, or name the folder of a checkpoint.',
  });
}

/** Returns the newest run that meets a condition. */
function newestFolder(parent: string, isSo: (folder: string) => boolean): string | undefined {
  return versionsIn(parent)
    .map((version) => join(parent, `version_${version}`))
    .find(isSo);
}

/** Lists the names of the checkpoints in a folder; the names of those that were not saved completely begin with a dot. */
function checkpointsIn(folder: string): string[] {
  return entriesOf(folder).filter((name) => !name.startsWith('.') && isCheckpoint(join(folder, name)));
}

/** Returns whether a folder is a checkpoint, even one that has lost some of its files. */
function isCheckpoint(path: string): boolean {
  return ['manifest.json', 'state.json', 'model.safetensors'].some((name) => existsSync(join(path, name)));
}

/** Returns whether this path leads to a checkpoint. */
function leadsToCheckpoint(path: string): boolean {
  const folder = ALIAS.test(basename(path)) && !isCheckpoint(path) ? dirname(path) : path;
  return isCheckpoint(folder) || checkpointsIn(folder).length > 0 || holdsCheckpoint(folder);
}

function nothingAt(path: string): FulgurError {
  const isPart = isCheckpoint(dirname(path));
  const place = existsSync(path) ? path : dirname(path);
  const names = entriesOf(place).sort();
  const listed = names.length > LISTED ? [...names.slice(0, LISTED), `${names.length - LISTED} more`] : names;
  return new FulgurError('checkpoint', {
    what: isPart ? `${path} is part of a checkpoint.` : `The checkpoint ${path} does not exist.`,
    ...(isPart || names.length === 0 ? {} : { why: `${place} contains ${listed.join(', ')}.` }),
    fix: isPart
      ? `Name the checkpoint, ${dirname(path)}.`
      : "Name the folder of a checkpoint, of checkpoints or of a run, or 'last' for the newest.",
  });
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Resolves the symbolic links in a path. */
function realPathOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : join(realPathOf(dirname(path)), basename(path));
}

/** Lists the existing versions, newest first. */
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
