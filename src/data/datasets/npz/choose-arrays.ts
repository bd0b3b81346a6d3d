import type { ArrayFile } from './open-arrays';
import { badArrayFile } from './array-error';
import type { ArraySource, KnownArray } from './array-source';
import { readArrayHeader } from './array-source';

/** The names of images and labels in the files of Keras, MedMNIST and others. */
const usualNames = {
  train: {
    images: ['images', 'x', 'data', 'x_train', 'train_images'],
    labels: ['labels', 'y', 'y_train', 'train_labels'],
  },
  test: { images: ['x_test', 'test_images'], labels: ['y_test', 'test_labels'] },
  val: { images: ['x_val', 'val_images'], labels: ['y_val', 'val_labels'] },
} as const;

/** The images of a split and, if there are any, their classes. */
export interface SplitArrays {
  readonly images: KnownArray;
  readonly labels: KnownArray | null;
}

export interface ChosenArrays {
  readonly train: SplitArrays;
  /** Test images, or validation images if there are none. */
  readonly heldOut: SplitArrays | null;
  /** Validation images that are not used because there are test images. */
  readonly unused: SplitArrays | null;
  /** Names of the arrays that belong to no split. */
  readonly others: readonly string[];
}

/**
 * Determines by their names which arrays contain the images and labels of which split.
 *
 * @throws FulgurError of kind `data` if that is unclear.
 */
export async function chooseArrays(file: string, arrays: ArrayFile): Promise<ChosenArrays> {
  const train = (await splitOf(file, arrays, 'train')) ?? (await onlyImages(file, arrays));
  const test = await splitOf(file, arrays, 'test');
  const val = await splitOf(file, arrays, 'val');
  const splits = [train, test, val].filter((split) => split !== null);
  const taken = new Set(splits.flatMap(({ images, labels }) => [images.source.array, labels?.source.array]));
  const others = [...arrays.sources.values()].filter(({ array }) => !taken.has(array));
  return {
    ...{ train, heldOut: test ?? val, unused: test === null ? null : val },
    others: others.map(({ array, file: alone }) => array ?? alone),
  };
}

async function splitOf(
  file: string,
  { sources }: ArrayFile,
  split: keyof typeof usualNames,
): Promise<SplitArrays | null> {
  const images = theOne(file, sources, usualNames[split].images);
  if (images === null) return null;
  return withLabels(file, sources, await readArrayHeader(images), usualNames[split].labels);
}

async function withLabels(
  file: string,
  sources: ReadonlyMap<string, ArraySource>,
  images: KnownArray,
  names: readonly string[],
): Promise<SplitArrays> {
  const labels = theOne(file, sources, names);
  return { images, labels: labels === null ? null : await readArrayHeader(labels) };
}

function theOne(
  file: string,
  sources: ReadonlyMap<string, ArraySource>,
  names: readonly string[],
): ArraySource | null {
  const [found, second] = names.filter((name) => sources.has(name));
  if (found === undefined) return null;
  if (second !== undefined) {
    throw badArrayFile(
      file,
      `contains the arrays ${found} and ${second}, which mean the same`,
      'Keep only one of them.',
    );
  }
  return sources.get(found) ?? null;
}

/**
 * Returns the only array of an npy file, or the only one with four dimensions; images for evaluation are not used for
 * training.
 */
async function onlyImages(file: string, { sources }: ArrayFile): Promise<SplitArrays> {
  const [sole] = sources.values();
  if (sole?.array === null) return { images: await readArrayHeader(sole), labels: null };
  const known: KnownArray[] = [];
  const heldOut: readonly string[] = [...usualNames.test.images, ...usualNames.val.images];
  for (const source of sources.values()) {
    if (heldOut.includes(source.array ?? '')) continue;
    // Entries that are not arrays are not images.
    const array = await readArrayHeader(source).catch(() => null);
    if (array?.header.shape.length === 4) known.push(array);
  }
  const [images, second] = known;
  if (images !== undefined && second === undefined) {
    return withLabels(file, sources, images, usualNames.train.labels);
  }
  const names = [...sources.keys()].slice(0, 8).map((name) => name.slice(0, 40));
  const listed = names.length === 0 ? 'no arrays' : `the arrays ${names.join(', ')}`;
  throw badArrayFile(
    file,
    `contains ${listed}, and it is unclear which of them contains the images`,
    `Name it one of: ${usualNames.train.images.join(', ')}.`,
  );
}
