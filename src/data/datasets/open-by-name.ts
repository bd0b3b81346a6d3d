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
  /** Where the data lie: `folder`: the folder of images. `cifar10`, `cifar100`: the user's own copy. */
  readonly path?: string | undefined;
  /** `cifar10`, `cifar100`: the archive's address, in place of the official one; its checksum stays the official one. */
  readonly url?: string | undefined;
  /** Whether a data set that is not on disk may be downloaded (default `true`). */
  readonly download?: boolean | undefined;
  /** An image of more pixels counts as broken (default 178,956,970, as in Pillow). */
  readonly maxImagePixels?: number | undefined;
  /** The values of 16-bit gray that become black and white (default 0 and 65535). */
  readonly grayRange?: GrayRange | null | undefined;
  /** Gets sentences about progress (default: the terminal). */
  readonly onMessage?: Notify | undefined;
  /** Ends a download. */
  readonly signal?: AbortSignal | undefined;
}

/** Opens a split; `path` is what was given, or empty for a data set that `datasetPaths` asks for none. */
type Open = (split: Split, path: string, options: SourceOptions) => Promise<ImageDataset>;

/** Each of Fulgur's own data sets; its name, and what `data.path` names of it, stand in `datasetPaths`. */
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
 * @throws FulgurError of kind `config` where there is none of that name, or it lacks its path.
 */
export async function openByName(name: string, split: Split, options: SourceOptions): Promise<ImageDataset> {
  const known = requireName(name);
  const { path } = options;
  const wanted = datasetPaths[known];
  if (path === undefined && wanted !== null) throw pathMissing(known, wanted);
  return openers[known](split, path ?? '', options);
}

/** @throws FulgurError of kind `config` where there is no data set of that name. */
export function requireName(name: string): DatasetName {
  const known = datasetNames.find((one) => one === name);
  if (known !== undefined) return known;
  throw new FulgurError('config', {
    what: `There is no data set "${name}".`,
    fix: `Choose one of ${datasetNames.join(', ')}.`,
  });
}

function pathMissing(name: DatasetName, wanted: string): FulgurError {
  return new FulgurError('config', {
    what: `The data set "${name}" was chosen without a path.`,
    fix: `Name ${wanted} by --data.path PATH.`,
  });
}
