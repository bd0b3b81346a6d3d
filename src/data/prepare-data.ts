import type {
  BatchSource,
  DataOptions,
  DatasetDeclaration,
  EvaluationData,
  Notify,
  ViewBatch,
  ViewSheets,
} from '../contracts';
import { FulgurError } from '../errors';
import { identityOf, openWithSplits } from './datasets';
import type { ImageDataset, Split } from './datasets';
import { DatasetEvaluation } from './evaluation-data';
import { loader, workerCount } from './loader';
import { plainImages } from './plain-images';
import type { PlainImages } from './plain-images';
import { sayOnTerminal } from './say-on-terminal';
import { viewSheets } from './view-sheet';
import type { ViewTransform } from './views';
import { isViewTransform } from './views';

export interface DataContext {
  readonly seed: number;
  /** The rank of this process (default 0 of 1). */
  readonly rank?: number;
  readonly worldSize?: number;
  /** The number of cores available to `workers: 'auto'` (default: those of the machine). */
  readonly cores?: number | undefined;
  /** Receives messages for the user (default: the terminal). */
  readonly onMessage?: Notify;
  /** Aborts a download. */
  readonly signal?: AbortSignal;
  /**
   * Whether batches are for training (default `true`): their threads start at once, and there must be at least one
   * batch. An evaluation of few images may have no full one.
   */
  readonly trains?: boolean;
}

/** The data that a run actually uses. */
export interface DataInfo {
  readonly name: string;
  /** The number of training samples in the data set, over all ranks. */
  readonly samples: number;
  readonly batchSize: number;
  readonly classes: number;
  /** A digest of the names, labels and order of the training samples. */
  readonly fingerprint: string;
  /** The requested data set. */
  readonly requested: string;
  readonly path: string;
}

/** A sample as listed in predictions. */
export interface NamedSample {
  /** Its index in the data set. */
  readonly index: number;
  /** Its name within the data set: the file relative to the folder, or the index. */
  readonly name: string;
  /** `null` if unknown. */
  readonly class: string | null;
}

/** Samples to evaluate, with their names. */
export interface NamedSamples<B = unknown> extends BatchSource<B> {
  /**
   * Returns the samples of a batch, in its order.
   *
   * @param place the number of samples before the batch, and in the batch.
   */
  namesOf(
    batch: B,
    place: { readonly before: number; readonly size: number },
  ): Promise<readonly NamedSample[]>;
}

/** @typeParam B the batch that source and module agree on: the type checker compares them at `@Experiment`. */
export interface PreparedData<B = unknown> {
  readonly train: BatchSource<B>;
  /**
   * Opens data to evaluate: all samples of a split (default `test`) in order, with the same views at every call. The
   * caller closes it.
   */
  readonly heldOut: (split?: Split) => Promise<NamedSamples<B>>;
  readonly evaluation: EvaluationData;
  readonly viewSheets: ViewSheets;
  /** The view that `evaluation` makes of each image; `null` if the data is the experiment's own batches. */
  readonly evaluationView: ViewTransform | null;
  /** Opens the plain images of a split, in order and with names. The caller closes them. */
  readonly plainImages: (split: Split, batchSize: number) => Promise<PlainImages>;
  readonly info: DataInfo;
}

/**
 * Opens the data of a run and starts the threads that prepare its batches. If the data set is neither on disk nor
 * reachable, it reports that and uses the fallback; invalid data is an error.
 *
 * @throws FulgurError of kind `config` for invalid options, of kind `data` if the data is unavailable or unusable.
 */
export async function prepareData(
  options: DataOptions,
  context: DataContext,
): Promise<PreparedData<ViewBatch>> {
  const { seed, rank = 0, worldSize = 1, onMessage = sayOnTerminal, signal, trains = true } = context;
  const { cores } = context;
  const transform = usableTransform(options, 'transform');
  const evaluationTransform =
    options.evaluationTransform === null ? transform : usableTransform(options, 'evaluationTransform');
  const { dataset, openSplit, close } = await openWithSplits(sourceOf(options), {
    testFraction: options.testFraction,
    path: options.path ?? undefined,
    url: options.url ?? undefined,
    download: options.download,
    fallback: options.fallback,
    maxImagePixels: options.maxImagePixels,
    grayRange: options.grayRange,
    // All ranks open the same data, so rank 0 warns for all. Each host downloads for itself.
    onMessage:
      rank > 0 && options.name?.startsWith('cifar') !== true
        ? (_, text) => onMessage('info', text)
        : onMessage,
    signal,
  });
  const { batchSize, shuffle, dropLast, onBrokenImage } = options;
  const workers = workerCount(options.workers, cores);
  const shared = { transform, workers, onBrokenImage, onMessage };
  const forRank = { ...shared, batchSize, seed, rank, worldSize };
  const train = loader(dataset, { ...forRank, shuffle, dropLast: dropLast && trains });
  if (trains) train.warmUp();
  const closeBatches = train.close.bind(train);
  train.close = async () => {
    await closeBatches();
    await close();
  };
  return {
    train,
    heldOut: async (split = 'test') => {
      const samples = await openSplit(split);
      const how = { ...forRank, transform: evaluationTransform, shuffle: false, pad: false };
      return Object.assign(loader(samples, how), {
        namesOf: async ({ indices }: ViewBatch) =>
          [...(await indices.data())].map((index) => nameIn(samples, index)),
      });
    },
    evaluationView: transform.plain(),
    evaluation: new DatasetEvaluation({ ...shared, open: openSplit, train: dataset }),
    plainImages: async (split, size) => plainImages(await openSplit(split), { ...shared, batchSize: size }),
    viewSheets: viewSheets({ dataset, transform, seed, onBrokenImage }, onMessage),
    info: {
      ...identityOf(dataset),
      batchSize,
      requested: nameOf(options),
      path: dataset.origin,
    },
  };
}

function nameIn(samples: ImageDataset, index: number): NamedSample {
  const label = samples.label(index);
  return {
    index,
    name: samples.sampleName(index),
    class: label === null ? null : (samples.classNames[label] ?? String(label)),
  };
}

function sourceOf({ dataset, name }: DataOptions): DatasetDeclaration | string {
  const source = dataset ?? name;
  if (source !== null) return source;
  throw new FulgurError('config', {
    what: "The experiment's data does not name a data set.",
    fix: "Give data: { name: 'digits' }, or data: { dataset: photos() } with your own.",
  });
}

function nameOf(options: DataOptions): string {
  const source = sourceOf(options);
  return typeof source === 'string' ? source : source.name;
}

/** The view without augmentation in which evaluations see images. */
export function evaluationViewOf(options: DataOptions): ViewTransform {
  return usableTransform(options, 'transform').plain();
}

/** Returns the experiment's transform, at the size given by `data.viewSize`. */
function usableTransform(options: DataOptions, option: 'transform' | 'evaluationTransform'): ViewTransform {
  const transform = requireTransform(options[option], option);
  const { viewSize } = options;
  if (viewSize === null) return transform;
  if (transform.resized !== undefined) return transform.resized(viewSize);
  throw new FulgurError('config', {
    what: `data.viewSize is ${viewSize}, but the size of the experiment's data.${option} cannot be chosen.`,
    fix: `Remove it, or give the transform a method resized(size).`,
  });
}

function requireTransform(transform: object | null, option: string): ViewTransform {
  if (isViewTransform(transform)) return transform;
  const isList =
    Array.isArray(transform) || (transform !== null && 'size' in transform && 'crop' in transform);
  if (isList) {
    throw new FulgurError('config', {
      what: `The experiment's data.${option} is a description of views, not yet a view transform.`,
      fix: `Pass it to views.of: data: { ${option}: views.of(...) }.`,
    });
  }
  throw new FulgurError('config', {
    what: `The experiment's data.${option} ${transform === null ? 'is missing' : 'is not a view transform'}.`,
    fix: `Set it in the experiment file: data: { ${option}: views.fastSiam() }.`,
  });
}
