import { posix } from 'node:path';
import { FulgurError } from '../../../errors';
import { splitOf } from '../split-word';
import { readableName } from './file-name';
import { listFolder } from './list-images';

/** The location of the classes in a folder of images. */
export interface SplitFolders {
  /** Folder with the training classes, or `null` if the classes are at the top level. */
  readonly train: string | null;
  /** Folder with the held-out classes, or `null` if a part of all images is held out. */
  readonly heldOut: string | null;
  /** Other folders, which are neither. */
  readonly unused: readonly string[];
  /** Folders that are named like a split but are classes. */
  readonly classesLikeSplits: readonly string[];
}

/**
 * Determines which top-level folders are splits: those with a usual name, in any letter case, that contain folders. A
 * folder of images only is a class, whatever its name, unless there is nothing but `train` and held-out data.
 *
 * @throws FulgurError of kind `data` if it is unclear which folder is which split, or whether a folder is a split.
 */
export async function findSplitFolders(root: string, folders: readonly string[]): Promise<SplitFolders> {
  const named = folders.filter((name) => splitOf(name) !== null);
  const others = folders.filter((name) => splitOf(name) === null);
  const nested: string[] = [];
  for (const name of named) {
    const { folders: inside } = await listFolder(posix.join(root, name));
    if (inside.length > 0) nested.push(name);
  }
  const trains = named.filter((name) => splitOf(name) === 'train');
  const areAllSplits = others.length === 0 && trains.length > 0 && trains.length < named.length;
  if (nested.length === 0 && !areAllSplits) {
    return { train: null, heldOut: null, unused: [], classesLikeSplits: named };
  }
  const [train, secondTrain] = trains;
  if (secondTrain !== undefined) throw twoOfAKind(root, trains);
  if (train === undefined) throw noTrain(root, nested);
  const heldOut = chooseHeldOut(root, named, nested);
  if (heldOut === null && others.length > 0) throw splitBesideClasses(root, train, others);
  const unused = folders.filter((name) => name !== train && name !== heldOut);
  return { train, heldOut, unused, classesLikeSplits: [] };
}

function chooseHeldOut(root: string, named: readonly string[], nested: readonly string[]): string | null {
  // The classes of test images are often secret; the validation part is then used for evaluation.
  for (const candidates of [nested, named]) {
    for (const split of ['test', 'val']) {
      const found = candidates.filter((name) => splitOf(name) === split);
      if (found.length > 1) throw twoOfAKind(root, found);
      if (found[0] !== undefined) return found[0];
    }
  }
  return null;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).map(readableName);
  return [...shown, ...(names.length > 5 ? [`${names.length - 5} more`] : [])].join(', ');
}

function twoOfAKind(root: string, names: readonly string[]): FulgurError {
  return new FulgurError('data', {
    what: `${readableName(root)} contains the folders ${list(names)}, which name the same split.`,
    fix: 'Merge them, or move all but one elsewhere.',
  });
}

function noTrain(root: string, names: readonly string[]): FulgurError {
  return new FulgurError('data', {
    what: `${readableName(root)} contains the ${names.length === 1 ? 'split' : 'splits'} ${list(names)}, but no folder train.`,
    fix: `Pass the folder that contains the classes with --data.path, such as ${readableName(posix.join(root, names[0] ?? ''))}, or add train.`,
  });
}

function splitBesideClasses(root: string, train: string, others: readonly string[]): FulgurError {
  return new FulgurError('data', {
    what: `${readableName(root)} contains the folder ${readableName(train)}, which looks like a split, next to ${list(others)}.`,
    why: 'A split contains class folders; its name is not a class.',
    fix: `Rename the held-out folder to test, val or valid, or pass ${readableName(posix.join(root, train))} with --data.path.`,
  });
}
