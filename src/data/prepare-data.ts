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
  /** This process's place among the ranks (default 0 of 1). */
  readonly rank?: number;
  readonly worldSize?: number;
  /** Cores that `workers: 'auto'` may count on (default: those of the machine). */
  readonly cores?: number | undefined;
  /** Gets sentences for the user (default: the terminal). */
  readonly onMessage?: Notify;
  /** Ends a download. */
  readonly signal?: AbortSignal;
  /**
   * Whether batches are to train on (default `true`): the threads for them start at once, and there must be one. An evaluation of
   * few images has none that is full.
   */
  readonly trains?: boolean;
}

/** The data that a run really uses. */
export interface DataInfo {
  readonly name: string;
  /** Training samples in the data set, over all ranks. */
  readonly samples: number;
  readonly batchSize: number;
  readonly classes: number;
  /** A digest of names, labels and order of the training samples. */
  readonly fingerprint: string;
  /** The data set that was asked for. */
  readonly requested: string;
  readonly path: string;
}

/** A sample, as predictions are listed by it. */
export interface NamedSample {
  /** Its place in the data set. */
  readonly index: number;
  /** Its name within the data set: the file below the folder, or the index. */
  readonly name: string;
  /** `null` where it is not known. */
  readonly class: string | null;
}

/** Samples to evaluate, and what each is called. */
export interface NamedSamples<B = unknown> extends BatchSource<B> {
  /**
   * The samples of a batch, in its order.
   *
   * @param place how many samples came before the batch, and how many are in it.
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
   * Opens data to evaluate: all samples of a split (default `test`) in their order, the same views at each call. The
   * caller closes them.
   */
  readonly heldOut: (split?: Split) => Promise<NamedSamples<B>>;
  readonly evaluation: EvaluationData;
  readonly viewSheets: ViewSheets;
  /** The view that `evaluation` gives of each image; `null` where data are batches of one's own. */
  readonly evaluationView: ViewTransform | null;
  /** Opens plain images of a split, in their order and by their names; the caller closes them. */
  readonly plainImages: (split: Split, batchSize: number) => Promise<PlainImages>;
  readonly info: DataInfo;
}

/**
 * Opens the data of a run and starts the threads that prepare its batches. Where the data set is neither on disk nor
 * reachable, says so and takes the fallback; one that is there but wrong is an error.
 *
 * @throws FulgurError of kind `config` for wrong options, of kind `data` where the data cannot be had or used.
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
    // All ranks open the same data: rank 0 warns for all. Each host downloads for itself.
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
    what: "The experiment's data name no data set.",
    fix: "Give data: { name: 'digits' }, or data: { dataset: photos() } with one of your own.",
  });
}

function nameOf(options: DataOptions): string {
  const source = sourceOf(options);
  return typeof source === 'string' ? source : source.name;
}

/** The one view without augmentation that evaluations see images by. */
export function evaluationViewOf(options: DataOptions): ViewTransform {
  return usableTransform(options, 'transform').plain();
}

/** A transform as the experiment gives it, at the size that `data.viewSize` gives. */
function usableTransform(options: DataOptions, option: 'transform' | 'evaluationTransform'): ViewTransform {
  const transform = requireTransform(options[option], option);
  const { viewSize } = options;
  if (viewSize === null) return transform;
  if (transform.resized !== undefined) return transform.resized(viewSize);
  throw new FulgurError('config', {
    what: `data.viewSize is ${viewSize}, and the size of the experiment's data.${option} cannot be chosen.`,
    fix: `Leave it out, or give the transform a method resized(size).`,
  });
}

function requireTransform(transform: object | null, option: string): ViewTransform {
  if (isViewTransform(transform)) return transform;
  const isList =
    Array.isArray(transform) || (transform !== null && 'size' in transform && 'crop' in transform);
  if (isList) {
    throw new FulgurError('config', {
      what: `The experiment's data.${option} is a description of views, and no view transform yet.`,
      fix: `Hand it to views.of: data: { ${option}: views.of(...) }.`,
    });
  }
  throw new FulgurError('config', {
    what: `The experiment's data.${option} ${transform === null ? 'is missing' : 'is no view transform'}.`,
    fix: `Set it in the experiment file: data: { ${option}: views.fastSiam() }.`,
  });
}
