import type { Notify } from '../../contracts';
import { datasetNames } from '../../contracts';
import { FulgurError } from '../../errors';
import { openCifar10 } from './cifar10/open-cifar10';
import { officialSource } from './cifar10/source';
import { dataFolder } from './data-folder';
import { openDigits } from './digits';
import { openFolder } from './folder/open-folder';
import type { ImageDataset, Split } from './image-dataset';

export type DatasetName = (typeof datasetNames)[number];

/** How to open a data set, and from where. */
export interface SourceOptions {
  /** `folder`: the folder of images. `cifar10`: the user's own copy. */
  readonly path?: string | undefined;
  /** `cifar10`: the archive's address, in place of the official one; its checksum stays the official one. */
  readonly url?: string | undefined;
  /** Whether a data set that is not on disk may be downloaded (default `true`). */
  readonly download?: boolean | undefined;
  /** `folder`: an image of more pixels counts as broken (default 178,956,970, as in Pillow). */
  readonly maxImagePixels?: number | undefined;
  /** Gets sentences about progress (default: the terminal). */
  readonly onMessage?: Notify | undefined;
  /** Ends a download. */
  readonly signal?: AbortSignal | undefined;
}

/** Opens a split of a data set. */
export async function openByName(name: string, split: Split, options: SourceOptions): Promise<ImageDataset> {
  const { path, url, ...others } = options;
  switch (requireName(name)) {
    case 'digits':
      return openDigits(split);
    case 'cifar10': {
      const source = url === undefined ? officialSource : { ...officialSource, url };
      return openCifar10({ ...others, split, path, cache: dataFolder(), source });
    }
    case 'folder':
      if (path === undefined) throw pathMissing();
      return openFolder(path, split, options);
  }
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

function pathMissing(): FulgurError {
  return new FulgurError('config', {
    what: 'The data set "folder" was chosen without a path.',
    fix: 'Name the folder of images by --data.path FOLDER.',
  });
}
