import type { DatasetName, Notify } from '../../contracts';
import { datasetNames, datasetPaths } from '../../contracts';
import { FulgurError } from '../../errors';
import type { CifarArchive } from './cifar/archive';
import { cifar10 } from './cifar/cifar10';
import { cifar100 } from './cifar/cifar100';
import { openCifar } from './cifar/open-cifar';
import { dataFolder } from './data-folder';
import { openDigits } from './digits';
import { openFolder } from './folder/open-folder';
import type { GrayRange } from '../decoding';
import type { ImageDataset, Split } from './image-dataset';
import { openList } from './list/open-list';
import { openPacked } from './npz/open-packed';
import { openShards } from './shards/open-shards';

/** How to open a data set, and from where. */
export interface SourceOptions {
  /** The location of the data: for `folder`, the folder of images; for `cifar10` and `cifar100`, the user's own copy. */
  readonly path?: string | undefined;
  /**
   * For `cifar10` and `cifar100`: the archive's address instead of the official one; the checksum remains the official
   * one.
   */
  readonly url?: string | undefined;
  /** Whether a data set that is not on disk may be downloaded (default `true`). */
  readonly download?: boolean | undefined;
  /** An image with more pixels counts as broken (default: 178,956,970, as in Pillow). */
  readonly maxImagePixels?: number | undefined;
  /** The 16-bit gray values that become black and white (default: 0 and 65535). */
  readonly grayRange?: GrayRange | null | undefined;
  /** Receives messages about progress (default: the terminal). */
  readonly onMessage?: Notify | undefined;
  /** Aborts a download. */
  readonly signal?: AbortSignal | undefined;
}

/** Opens a split; `path` is the given path, or empty for a data set that needs none according to `datasetPaths`. */
type Open = (split: Split, path: string, options: SourceOptions) => Promise<ImageDataset>;

/** Fulgur's own data sets. `datasetPaths` has their names and the meaning of `data.path` for each. */
const openers: Readonly<Record<DatasetName, Open>> = {
  cifar10: (split, _, options) => openCifarOf(cifar10, split, options),
  cifar100: (split, _, options) => openCifarOf(cifar100, split, options),
  digits: (split) => openDigits(split),
  folder: (split, path, options) => openFolder(path, split, options),
  list: (split, path, options) => openList(path, split, options),
  packed: (split, path, options) => openPacked(path, split, options),
  shards: (split, path, options) => openShards(path, split, options),
};

function openCifarOf(
  archive: CifarArchive,
  split: Split,
  { url = archive.url, ...others }: SourceOptions,
): Promise<ImageDataset> {
  return openCifar({ ...others, split, cache: dataFolder(), archive: { ...archive, url } });
}

/**
 * Opens a split of one of Fulgur's own data sets.
 *
 * @throws FulgurError of kind `config` if the name is unknown or the path is missing.
 */
export async function openByName(name: string, split: Split, options: SourceOptions): Promise<ImageDataset> {
  const known = requireName(name);
  const { path } = options;
  const wanted = datasetPaths[known];
  if (path === undefined && wanted !== null) throw pathMissing(known, wanted);
  return openers[known](split, path ?? '', options);
}

/** @throws FulgurError of kind `config` if the name is unknown. */
export function requireName(name: string): DatasetName {
  const known = datasetNames.find((one) => one === name);
  if (known !== undefined) return known;
  throw new FulgurError('config', {
    what: `Unknown data set '${name}'.`,
    fix: `Use one of: ${datasetNames.join(', ')}.`,
  });
}

function pathMissing(name: DatasetName, wanted: string): FulgurError {
  return new FulgurError('config', {
    what: `The data set "${name}" was chosen without a path.`,
    fix: `Name ${wanted} with --data.path PATH.`,
  });
}
