import type { Notify } from '../../contracts';
import { sayOnTerminal } from '../say-on-terminal';
import { DatasetUnavailableError } from './data-errors';
import type { ImageDataset, Split } from './image-dataset';
import type { SourceOptions } from './open-by-name';
import { openByName, requireName } from './open-by-name';

export interface OpenOptions extends SourceOptions {
  /** Default `train`. */
  readonly split?: Split | undefined;
  /**
   * The data set to take where the one asked for is neither on disk nor reachable, with a loud warning (default none).
   * One that is there but wrong stays an error.
   */
  readonly fallback?: string | null | undefined;
}

/** An open split of the data set that is really used, and the way to that data set's other splits. */
export interface OpenedDataset {
  readonly dataset: ImageDataset;
  readonly openSplit: (split: Split) => Promise<ImageDataset>;
}

/**
 * Opens a data set: `digits` is embedded, `cifar10` is looked for on disk and downloaded, `folder` reads image files.
 *
 * @example await datasets.open('folder', { path: 'photos', split: 'train' })
 * @example await datasets.open('cifar10', { fallback: 'digits' })
 * @throws DatasetUnavailableError where it is neither on disk nor reachable and there is no fallback; its message names
 * the ways on.
 * @throws FulgurError of kind `data` where it is there but wrong, of kind `config` for wrong options.
 */
export async function openDataset(name: string, options: OpenOptions = {}): Promise<ImageDataset> {
  return (await openWithSplits(name, options)).dataset;
}

/** As `openDataset`, for who needs another split later on: of the fallback, where that had to be taken. */
export async function openWithSplits(name: string, options: OpenOptions = {}): Promise<OpenedDataset> {
  const { split = 'train', fallback = null, onMessage = sayOnTerminal, ...others } = options;
  const how = { ...others, onMessage };
  // A misspelt fallback shows at once, not on the day when it is needed.
  if (fallback !== null) requireName(fallback);
  const once = { ...how, onMessage: sayOnce(onMessage) };
  const openSplit = (wanted: Split): Promise<ImageDataset> => openByName(name, wanted, once);
  try {
    return { dataset: await openSplit(split), openSplit };
  } catch (error) {
    if (fallback === null || fallback === name || !(error instanceof DatasetUnavailableError)) throw error;
    onMessage('warning', substitution(name, fallback, error));
    // Path and address are those of the data set that was asked for.
    const elsewhere = { ...how, path: undefined, url: undefined };
    const openInstead = (wanted: Split): Promise<ImageDataset> => openByName(fallback, wanted, elsewhere);
    return { dataset: await openInstead(split), openSplit: openInstead };
  }
}

/** Says the same sentence once, be it true of several splits. */
function sayOnce(onMessage: Notify): Notify {
  const said = new Set<string>();
  return (level, text) => {
    if (!said.has(text)) onMessage(level, text);
    said.add(text);
  };
}

function substitution(name: string, fallback: string, { message }: DatasetUnavailableError): string {
  return `THIS RUN USES ${fallback.toUpperCase()}, NOT ${name.toUpperCase()}. ${message}`;
}
