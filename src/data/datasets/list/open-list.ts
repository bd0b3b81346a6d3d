import { dirname, extname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Notify } from '../../../contracts';
import { openRegularFile } from '../../../system';
import { largestImage } from '../../decoding';
import type { GrayRange } from '../../decoding';
import { reasonOf } from '../data-errors';
import { FolderDataset } from '../folder/folder-dataset';
import { SharedStrings } from '../folder/shared-strings';
import type { ImageDataset, Split } from '../image-dataset';
import { sharedLabels } from '../labels';
import type { TakeImage } from './listed-image';
import { badList } from './listed-image';
import { ListedImages } from './listed-images';
import { readCsv } from './read-csv';
import { readJsonLines } from './read-json-lines';
import { requireTestSplit } from '../subset/hold-out-fraction';

export interface ListOptions {
  readonly onMessage?: Notify | undefined;
  /** An image with more pixels counts as broken (default: as in Pillow). */
  readonly maxImagePixels?: number | undefined;
  /** The 16-bit gray values that become black and white (default: 0 and 65535). */
  readonly grayRange?: GrayRange | null | undefined;
}

/** More paths would not fit into the memory that threads share. */
const MOST_BYTES = 2 ** 31;
const CHUNK_BYTES = 1 << 20;

type Reader = (file: string, content: Readable, take: TakeImage) => Promise<void>;

const readers: Readonly<Record<string, Reader>> = {
  '.csv': readCsv,
  '.jsonl': readJsonLines,
  '.ndjson': readJsonLines,
};

/** Extensions of files that can be lists. */
export const listExtensions: readonly string[] = Object.keys(readers);

/**
 * Opens the images named by a list, CSV or JSON Lines by its extension: a path relative to the list's folder and, if
 * known, a label and a split. Image files are not accessed before they are read. Class names are those of all splits
 * together, sorted by code points.
 *
 * @throws FulgurError of kind `data` naming the file and the unusable line.
 */
export async function openList(
  path: string,
  split: Split,
  { onMessage, maxImagePixels = largestImage, grayRange = null }: ListOptions = {},
): Promise<ImageDataset> {
  const file = resolve(path);
  const root = dirname(file);
  const listed = new ListedImages(file, root);
  await readList(file, (image) => listed.take(image));
  const total = listed.paths.length;
  if (total === 0) throw badList(file, 'names no images', 'Add a line for each image.');
  const unlabelled = listed.unlabelled;
  if (unlabelled > 0 && unlabelled < total) {
    onMessage?.('warning', `${unlabelled} of the ${total} images in ${file} have no label.`);
  }
  const parts = partsOf(listed);
  if (parts.train.length === 0) {
    throw badList(file, 'has no images in the split train', 'Assign some images to the split train.');
  }
  if (parts.unused > 0) {
    onMessage?.(
      'warning',
      `Left out of ${file}: ${parts.unused} images of the split val because there is a split test.`,
    );
  }
  const hasTestSplit = parts.heldOut.length > 0;
  if (!hasTestSplit) requireTestSplit('list', split);
  const wanted = { train: parts.train, test: parts.heldOut, all: [...parts.train, ...parts.heldOut] }[split];
  const { classNames, places, labels } = listed.chosen(wanted);
  return new FolderDataset({
    kind: 'folder',
    name: 'list',
    origin: file,
    split,
    root,
    classNames,
    hasTestSplit,
    paths: SharedStrings.from(places.map((place) => listed.paths[place] ?? '')).spec,
    labels: sharedLabels(labels),
    maxImagePixels,
    grayRange,
  });
}

async function readList(file: string, take: TakeImage): Promise<void> {
  const reader = readers[extname(file).toLowerCase()];
  if (reader === undefined) {
    const fix = `Set --data.path to a file that ends in ${listExtensions.join(', ')}.`;
    throw badList(file, 'has neither the extension of CSV nor that of JSON Lines', fix);
  }
  const opened = await openRegularFile(file, MOST_BYTES).catch((error: unknown) => {
    throw badList(file, `cannot be read: ${reasonOf(error)}`, 'Set --data.path to a readable file.', error);
  });
  // The stream closes the file.
  await reader(file, opened.createReadStream({ highWaterMark: CHUNK_BYTES, end: MOST_BYTES }), take);
}

/** Returns the splits to train on and to hold out, and the number of images in neither. */
function partsOf(listed: ListedImages): { train: string[]; heldOut: string[]; unused: number } {
  if (listed.count('none') > 0) return { train: ['none'], heldOut: [], unused: 0 };
  const [train, test, val] = [listed.count('train'), listed.count('test'), listed.count('val')];
  const heldOut = test > 0 ? ['test'] : val > 0 ? ['val'] : [];
  return { train: train > 0 ? ['train'] : [], heldOut, unused: test > 0 ? val : 0 };
}
