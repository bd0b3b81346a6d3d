import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FulgurError } from '../../../errors';
import { reasonOf } from '../data-errors';
import type { ImageDataset, Split } from '../image-dataset';
import { FolderDataset } from './folder-dataset';
import { chooseSplit } from './hold-out';
import { listFolder, listImages } from './list-images';
import { imageExtensions } from './read-image-file';
import { SharedStrings } from './shared-strings';

/** Class name, and its images' paths below the root. */
type ClassFiles = ReadonlyMap<string, readonly string[]>;

/**
 * A folder of images: each folder at its top is a class, with images at any depth below it. Where the top holds
 * `train` and `test` (or `val`), these are the splits and the classes lie inside; else a fixed tenth of each class is
 * held out for testing, also where `train` is the only folder and the classes lie in it.
 *
 * @throws FulgurError of kind `data` where the folder cannot be read, has no class folders, or a class has no images.
 */
export async function openFolder(path: string, split: Split): Promise<ImageDataset> {
  const root = resolve(path);
  await requireFolder(root);
  const { folders, images } = await listFolder(root);
  const test = folders.find((name) => name === 'test') ?? folders.find((name) => name === 'val');
  if (folders.includes('train') && test !== undefined) {
    return build(root, split, [await classesInside(root, 'train'), await classesInside(root, test)]);
  }
  const single = await isTrainAlone(root, folders);
  return build(root, split, [
    single ? await classesInside(root, 'train') : await classesOf(root, '', folders, images),
  ]);
}

/** Whether all classes lie in a folder `train`: as one class of all images it would make no sense. */
async function isTrainAlone(root: string, folders: readonly string[]): Promise<boolean> {
  return folders.length === 1 && folders[0] === 'train'
    ? (await listFolder(join(root, 'train'))).folders.length > 0
    : false;
}

function build(root: string, split: Split, parts: readonly ClassFiles[]): ImageDataset {
  const classNames = [...new Set(parts.flatMap((part) => [...part.keys()]))].sort();
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
    classNames,
    paths: SharedStrings.from(paths).spec,
    labels: shared,
  });
}

/** Of the two parts of a folder with `train` and `test` inside. */
function isWanted(index: number, split: Split): boolean {
  return split === 'all' || index === (split === 'train' ? 0 : 1);
}

async function classesInside(root: string, part: string): Promise<ClassFiles> {
  const { folders, images } = await listFolder(join(root, part));
  return classesOf(root, part, folders, images);
}

async function classesOf(
  root: string,
  part: string,
  folders: readonly string[],
  images: readonly string[],
): Promise<ClassFiles> {
  const top = join(root, part);
  if (folders.length === 0) throw noClasses(top, images.length);
  const classes = new Map<string, string[]>();
  for (const name of folders) {
    const files = await listImages(join(top, name));
    classes.set(
      name,
      files.map((file) => join(part, name, file)),
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
    what: `${top} holds no class folders, and ${images} images.`,
    why: 'The name of the folder that an image lies in is its class.',
    fix: `Put the images into a folder for each class, or into one folder for all: ${join(top, 'all')}.`,
  });
}

function noImages(top: string, empty: readonly string[]): FulgurError {
  const names = empty.length > 5 ? [...empty.slice(0, 5), `${empty.length - 5} more`] : empty;
  return new FulgurError('data', {
    what: `No images lie in the class folders ${names.join(', ')} of ${top}.`,
    why: `Images are files that end in ${imageExtensions.join(', ')}.`,
    fix: 'Put images into these folders, or remove them.',
  });
}

function emptySplit(root: string, split: Split): FulgurError {
  return new FulgurError('data', {
    what: `The ${split} split of ${root} has no images.`,
    why: 'A class needs two images before one of them is held out for testing.',
    fix: `Add images, or make the folders ${join(root, 'train')} and ${join(root, 'test')} with classes inside.`,
  });
}
