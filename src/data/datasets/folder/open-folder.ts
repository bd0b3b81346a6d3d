import { stat } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import type { Notify } from '../../../contracts';
import { FulgurError } from '../../../errors';
import { largestImage } from '../../decoding';
import type { GrayRange } from '../../decoding';
import { reasonOf } from '../data-errors';
import type { ImageDataset, Split } from '../image-dataset';
import { sharedLabels, unlabelled } from '../labels';
import { requireTestSplit } from '../subset/hold-out-fraction';
import { byCodePoint, readableName } from './file-name';
import { FolderDataset } from './folder-dataset';
import type { FolderSpec } from './folder-dataset';
import { chooseSplit } from './hold-out';
import { LeftOut } from './left-out';
import type { FolderEntries } from './list-images';
import { listFolder, listImages } from './list-images';
import { imageExtensions } from './read-image-file';
import { SharedStrings } from './shared-strings';
import { findSplitFolders } from './split-folders';

export interface FolderOptions {
  readonly onMessage?: Notify | undefined;
  /** An image with more pixels counts as broken (default: as in Pillow). */
  readonly maxImagePixels?: number | undefined;
  /** The 16-bit gray values that become black and white (default: 0 and 65535). */
  readonly grayRange?: GrayRange | null | undefined;
}

/** A class name, or `null` for images without a class, with the paths of its images relative to the root. */
type ClassFiles = ReadonlyMap<string | null, readonly string[]>;

/**
 * Opens a folder of images. Each top-level folder is a class, with images at any depth below it. If top-level folders
 * are splits by their names (`train` and `test` or `val`, see `findSplitFolders`), the classes are inside them;
 * otherwise, or if `train` is the only split, a fixed tenth of each class is held out for testing. If the top level
 * contains images and no folders, the images have no classes and nothing is held out. Unused files are counted in a
 * message of one sentence.
 *
 * @throws FulgurError of kind `data` if the folder cannot be read or is empty, a class has no images, or one split has
 * classes and the other has none.
 */
export async function openFolder(
  path: string,
  split: Split,
  { onMessage, maxImagePixels = largestImage, grayRange = null }: FolderOptions = {},
): Promise<ImageDataset> {
  const root = resolve(path);
  await requireFolder(root);
  const top = await listFolder(root);
  const { train, heldOut, unused, classesLikeSplits } = await findSplitFolders(root, top.folders);
  const leftOut = new LeftOut();
  const parts = [
    train === null ? await classesOf(root, '', top, leftOut) : await classesInside(root, train, leftOut),
  ];
  if (train !== null) {
    leftOut.passedOver(top);
    leftOut.images(`beside the folder ${readableName(train)}`, top.images.length);
  }
  if (heldOut !== null) parts.push(await classesInside(root, heldOut, leftOut));
  requireSameKind(root, parts, [train, heldOut]);
  for (const name of unused) {
    const images = await listImages(posix.join(root, name));
    leftOut.images(`in the folder ${readableName(name)} (${splitsAre(train, heldOut)})`, images.length);
  }
  const dataset = build(root, split, parts, { maxImagePixels, grayRange });
  const sentence = leftOut.sentence(root);
  if (sentence !== null) onMessage?.(leftOut.hasImages ? 'warning' : 'info', sentence);
  for (const name of classesLikeSplits) onMessage?.('warning', classLikeSplit(root, name));
  return dataset;
}

function build(
  root: string,
  split: Split,
  parts: readonly ClassFiles[],
  how: Pick<FolderSpec, 'maxImagePixels' | 'grayRange'>,
): ImageDataset {
  const isFlat = parts[0]?.has(null) === true;
  const classNames = [...new Set(parts.flatMap((part) => [...part.keys()]))]
    .filter((name) => name !== null)
    .sort(byCodePoint);
  if (isFlat && parts.length === 1) requireTestSplit(`folder ${readableName(root)}`, split);
  const wanted = parts.length === 1 ? parts : parts.filter((_, index) => isWanted(index, split));
  const paths: string[] = [];
  const labels: number[] = [];
  for (const part of wanted) {
    for (const file of part.get(null) ?? []) {
      paths.push(file);
      labels.push(unlabelled);
    }
    classNames.forEach((name, label) => {
      const files = part.get(name) ?? [];
      const chosen = parts.length === 1 ? chooseSplit(files, label, split) : files;
      for (const file of chosen) {
        paths.push(file);
        labels.push(label);
      }
    });
  }
  if (paths.length === 0) throw emptySplit(root, split);
  return new FolderDataset({
    kind: 'folder',
    split,
    root,
    classNames: classNames.map(readableName),
    hasTestSplit: parts.length > 1,
    paths: SharedStrings.from(paths).spec,
    labels: sharedLabels(labels),
    ...how,
  });
}

/** The two parts of a folder that contains `train` and `test`. */
function isWanted(index: number, split: Split): boolean {
  return split === 'all' || index === (split === 'train' ? 0 : 1);
}

async function classesInside(root: string, part: string, leftOut: LeftOut): Promise<ClassFiles> {
  return classesOf(root, part, await listFolder(posix.join(root, part)), leftOut);
}

async function classesOf(
  root: string,
  part: string,
  entries: FolderEntries,
  leftOut: LeftOut,
): Promise<ClassFiles> {
  const { folders, images } = entries;
  const top = posix.join(root, part);
  if (folders.length === 0 && images.length === 0) throw nothingThere(top);
  leftOut.passedOver(entries);
  if (folders.length === 0) return new Map([[null, images.map((file) => posix.join(part, file))]]);
  leftOut.images('beside the class folders', images.length);
  const classes = new Map<string, string[]>();
  for (const name of folders) {
    const files = await listImages(posix.join(top, name), leftOut);
    classes.set(
      name,
      files.map((file) => posix.join(part, name, file)),
    );
  }
  const empty = folders.filter((name) => classes.get(name)?.length === 0);
  if (empty.length > 0) throw noImages(top, empty);
  return classes;
}

async function requireFolder(root: string): Promise<void> {
  const found = await stat(root).catch((error: unknown) => reasonOf(error));
  if (typeof found !== 'string' && found.isDirectory()) return;
  throw new FulgurError('data', {
    what: `The folder of images ${root} cannot be opened.`,
    why: typeof found === 'string' ? `The system reports: ${found}.` : 'It is a file.',
    fix: 'Pass an existing folder with --data.path.',
  });
}

function nothingThere(top: string): FulgurError {
  return new FulgurError('data', {
    what: `${readableName(top)} contains neither class folders nor images.`,
    why: `Images are files whose names end in ${imageExtensions.join(', ')}.`,
    fix: 'Put the images there: in one folder per class, or side by side if they have no classes.',
  });
}

/** @throws FulgurError if only one of two splits has classes. */
function requireSameKind(
  root: string,
  parts: readonly ClassFiles[],
  names: readonly (string | null)[],
): void {
  const places = parts.map((_, index) => readableName(posix.join(root, names[index] ?? '')));
  const flat = places.filter((_, index) => parts[index]?.has(null));
  if (flat.length === 0 || flat.length === parts.length) return;
  const [classless = ''] = flat;
  const other = places.find((place) => place !== classless) ?? '';
  throw new FulgurError('data', {
    what: `${classless} contains images and no class folders, but ${other} contains class folders.`,
    why: 'The images of both splits must have classes, or those of neither.',
    fix: `Put the images of ${classless} into class folders, or remove that folder.`,
  });
}

function noImages(top: string, empty: readonly string[]): FulgurError {
  const names = empty.length > 5 ? [...empty.slice(0, 5), `${empty.length - 5} more`] : empty;
  return new FulgurError('data', {
    what: `There are no images in the class folders ${names.map(readableName).join(', ')} of ${readableName(top)}.`,
    why: `Images are files whose names end in ${imageExtensions.join(', ')}.`,
    fix: 'Put images into these folders, or remove them.',
  });
}

function splitsAre(train: string | null, heldOut: string | null): string {
  return `the splits are ${[train, heldOut].map((name) => readableName(name ?? '')).join(' and ')}`;
}

function classLikeSplit(root: string, name: string): string {
  return (
    `The folder ${readableName(posix.join(root, name))} is used as a class although it is named like a split: ` +
    'it contains images and no class folders.'
  );
}

function emptySplit(root: string, split: Split): FulgurError {
  return new FulgurError('data', {
    what: `The ${split} split of ${root} has no images.`,
    why: 'A class needs at least two images for one of them to be held out for testing.',
    fix: `Add images, or make the folders ${join(root, 'train')} and ${join(root, 'test')} that contain classes.`,
  });
}
