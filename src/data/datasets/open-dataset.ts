import type { DatasetDeclaration, Notify } from '../../contracts';
import { datasetProblem, isDatasetDeclaration } from '../../contracts';
import { FulgurError } from '../../errors';
import { sayOnTerminal } from '../say-on-terminal';
import { DatasetUnavailableError } from './data-errors';
import { openDefined } from './defined/open-defined';
import type { ImageDataset, Split } from './image-dataset';
import type { SourceOptions } from './open-by-name';
import { openByName, requireName } from './open-by-name';
import { holdOutFraction } from './subset/hold-out-fraction';

/** Options for opening a data set. */
export interface OpenOptions extends SourceOptions {
  /** Default `train`. */
  readonly split?: Split | undefined;
  /** The share of samples to hold out for the split `test` of a data set that has no test split (default: none). */
  readonly testFraction?: number | null | undefined;
  /**
   * The data set to use, with a loud warning, if the requested one is neither on disk nor reachable (default: none).
   * Invalid data remains an error.
   */
  readonly fallback?: string | null | undefined;
}

/** An open split of the data set actually used, with access to its other splits. */
export interface OpenedDataset {
  readonly dataset: ImageDataset;
  /** Returns the same data set at every call for a split. */
  readonly openSplit: (split: Split) => Promise<ImageDataset>;
  /** Closes the resources of the data sets. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a data set: one of Fulgur's own by name (`digits` is embedded, `cifar10` is searched for on disk or downloaded,
 * `folder` reads image files), or the user's own as a value.
 *
 * @example await datasets.open('folder', { path: 'photos', split: 'train' })
 * @example await datasets.open('cifar10', { fallback: 'digits' })
 * @example await datasets.open(photoList({ csv: 'photos.csv' }), { testFraction: 0.1 })
 * @throws DatasetUnavailableError if it is neither on disk nor reachable and there is no fallback; its message names
 * the alternatives.
 * @throws FulgurError of kind `data` if the data is invalid, of kind `config` for invalid options.
 */
export async function openDataset(
  source: string | DatasetDeclaration,
  options: OpenOptions = {},
): Promise<ImageDataset> {
  return (await openWithSplits(source, options)).dataset;
}

/** Like `openDataset`, with access to other splits later: those of the fallback if that had to be used. */
export async function openWithSplits(
  source: string | DatasetDeclaration,
  options: OpenOptions = {},
): Promise<OpenedDataset> {
  const { split = 'train', fallback = null, testFraction = null, ...others } = options;
  const { onMessage = sayOnTerminal } = others;
  const how = { ...others, onMessage: sayOnce(onMessage) };
  // Reports a misspelt fallback at once, not only when it is needed.
  if (fallback !== null) requireName(fallback);
  if (testFraction !== null) requireFraction(testFraction);
  const open = opener(source, how);
  const parts = keepOpen(open, testFraction);
  try {
    return { dataset: await parts.openSplit(split), ...parts };
  } catch (error) {
    if (fallback === null || fallback === source || !(error instanceof DatasetUnavailableError)) throw error;
    onMessage('warning', substitution(nameOf(source), fallback, error));
    // Path and address belong to the requested data set.
    const instead = keepOpen(opener(fallback, { ...how, path: undefined, url: undefined }), testFraction);
    return { dataset: await instead.openSplit(split), ...instead };
  }
}

type Opener = (split: Split) => Promise<ImageDataset>;

function opener(source: string | DatasetDeclaration, how: SourceOptions): Opener {
  if (typeof source === 'string') return (split) => openByName(source, split, how);
  if (isDatasetDeclaration(source)) return (split) => openDefined(source, split, how);
  throw new FulgurError('config', {
    what: 'datasets.open was given neither a name nor a data set.',
    why: `Its argument ${datasetProblem(source) ?? ''}.`,
    fix: "Call it as datasets.open('digits') or datasets.open(photos()).",
  });
}

/** Opens each split only once. */
function keepOpen(open: Opener, testFraction: number | null): Omit<OpenedDataset, 'dataset'> {
  const opened = new Map<Split, Promise<ImageDataset>>();
  const once = (split: Split): Promise<ImageDataset> => {
    const dataset = opened.get(split) ?? open(split);
    opened.set(split, dataset);
    return dataset;
  };
  return {
    openSplit: async (split) =>
      testFraction === null ? once(split) : holdOutFraction(await once('all'), split, testFraction),
    close: async () => {
      // A failure to open was already reported to the caller.
      const all = await Promise.allSettled(opened.values());
      opened.clear();
      for (const one of all) if (one.status === 'fulfilled') await one.value.close?.();
    },
  };
}

function nameOf(source: string | DatasetDeclaration): string {
  return typeof source === 'string' ? source : source.name;
}

function requireFraction(fraction: number): void {
  if (fraction > 0 && fraction < 1) return;
  throw new FulgurError('config', {
    what: `The testFraction is ${fraction}.`,
    fix: 'Use a number above 0 and below 1.',
  });
}

/** Shows the same message only once, even if it applies to several splits. */
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
