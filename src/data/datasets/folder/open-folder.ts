import { stat } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import type { Notify } from '../../../contracts';
import { FulgurError } from '../../../errors';
import { largestImage } from '../../decoding';
import { reasonOf } from '../data-errors';
import type { ImageDataset, Split } from '../image-dataset';
import { byCodePoint, readableName } from './file-name';
import { FolderDataset } from './folder-dataset';
import { chooseSplit } from './hold-out';
import { LeftOut } from './left-out';
import type { FolderEntries } from './list-images';
import { listFolder, listImages } from './list-images';
import { imageExtensions } from './read-image-file';
import { SharedStrings } from './shared-strings';
import { findSplitFolders } from './split-folders';

export interface FolderOptions {
  readonly onMessage?: Notify | undefined;
  /** An image of more pixels counts as broken (default: as in Pillow). */
  readonly maxImagePixels?: number | undefined;
}

/** Class name, and its images' paths below the root. */
type ClassFiles = ReadonlyMap<string, readonly string[]>;

/**
 * A folder of images: each folder at its top is a class, with images at any depth below it. Where folders at the top are
 * splits by their names (`train` and `test` or `val`, see `findSplitFolders`), the classes are inside of these; else a
 * fixed tenth of each class is held out for testing, also where `train` is the only split. What is not used is counted in
 * one sentence.
 *
 * @throws FulgurError of kind `data` where the folder cannot be read, has no class folders, or a class has no images.
 */
export async function openFolder(
  path: string,
  split: Split,
  { onMessage, maxImagePixels = largestImage }: FolderOptions = {},
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
  for (const name of unused) {
    const images = await listImages(posix.join(root, name));
    leftOut.images(`in the folder ${readableName(name)} (${splitsAre(train, heldOut)})`, images.length);
  }
  const dataset = build(root, split, parts, maxImagePixels);
  const sentence = leftOut.sentence(root);
  if (sentence !== null) onMessage?.(leftOut.hasImages ? 'warning' : 'info', sentence);
  for (const name of classesLikeSplits) onMessage?.('warning', classLikeSplit(root, name));
  return dataset;
}

function build(
  root: string,
  split: Split,
  parts: readonly ClassFiles[],
  maxImagePixels: number,
): ImageDataset {
  const classNames = [...new Set(parts.flatMap((part) => [...part.keys()]))].sort(byCodePoint);
  const wanted = parts.length === 1 ? parts : parts.filter((_, index) => isWanted(index, split));
  const paths: string[] = [];
  const labels: number[] = [];
  for (const part of wanted) {
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
  const shared = new Int32Array(new SharedArrayBuffer(labels.length * 4));
  shared.set(labels);
  return new FolderDataset({
    kind: 'folder',
    split,
    root,
    classNames: classNames.map(readableName),
    hasTestSplit: parts.length > 1,
    paths: SharedStrings.from(paths).spec,
    labels: shared,
    maxImagePixels,
  });
}

/** Of the two parts of a folder with `train` and `test` inside. */
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
  if (folders.length === 0) throw noClasses(top, images.length);
  leftOut.passedOver(entries);
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
    why: typeof found === 'string' ? `The system says: ${found}.` : 'It is a file.',
    fix: 'Pass an existing folder by --data.path.',
  });
}

function noClasses(top: string, images: number): FulgurError {
  return new FulgurError('data', {
    what: `${readableName(top)} holds no class folders, and ${images} ${images === 1 ? 'image' : 'images'}.`,
    why: 'The name of the folder that an image lies in is its class.',
    fix: `Put the images into a folder for each class, or into one folder for all: ${readableName(posix.join(top, 'all'))}.`,
  });
}

function noImages(top: string, empty: readonly string[]): FulgurError {
  const names = empty.length > 5 ? [...empty.slice(0, 5), `${empty.length - 5} more`] : empty;
  return new FulgurError('data', {
    what: `No images lie in the class folders ${names.map(readableName).join(', ')} of ${readableName(top)}.`,
    why: `Images are files that end in ${imageExtensions.join(', ')}.`,
    fix: 'Put images into these folders, or remove them.',
  });
}

function splitsAre(train: string | null, heldOut: string | null): string {
  return `the splits are ${[train, heldOut].map((name) => readableName(name ?? '')).join(' and ')}`;
}

function classLikeSplit(root: string, name: string): string {
  return (
    `The folder ${readableName(posix.join(root, name))} is used as a class, though its name is that of a split: ` +
    'it holds images and no class folders.'
  );
}

function emptySplit(root: string, split: Split): FulgurError {
  return new FulgurError('data', {
    what: `The ${split} split of ${root} has no images.`,
    why: 'A class needs two images before one of them is held out for testing.',
    fix: `Add images, or make the folders ${join(root, 'train')} and ${join(root, 'test')} with classes inside.`,
  });
}
