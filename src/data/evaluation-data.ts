import type { BatchSource, EvaluationData, ImageBatch, Notify, ViewBatch } from '../contracts';
import type { ImageDataset, Split } from './datasets';
import { labelledPart } from './datasets/subset/labelled-part';
import type { BrokenImageRule } from './loader';
import { SubsetDataset } from './datasets/subset/subset-dataset';
import { imageLoader, loader } from './loader';
import { trainingCrops } from './views/training-crops';
import type { ViewTransform } from './views';

export interface EvaluationOptions {
  /** Opens a split of the data set in use. */
  readonly open: (split: Split) => Promise<ImageDataset>;
  /** The split that is already open. */
  readonly train: ImageDataset;
  /** The transform of the training views; evaluations use its plain form. */
  readonly transform: ViewTransform;
  readonly workers: number | 'auto';
  readonly onBrokenImage: BrokenImageRule;
  readonly onMessage: Notify;
}

/** Returns access to plain images of the training data set, for plugins that evaluate the model. */
export class DatasetEvaluation implements EvaluationData {
  readonly name: string;
  readonly classes: number;
  readonly classNames: readonly string[];
  readonly #options: EvaluationOptions;
  readonly #labelled = new Map<Split, ImageDataset>();
  readonly #opened = new Map<Split, Promise<ImageDataset>>();

  constructor(options: EvaluationOptions) {
    this.#options = options;
    this.name = options.train.name;
    this.classNames = options.train.classNames;
    this.classes = options.train.classNames.length;
    this.#opened.set('train', Promise.resolve(options.train));
  }

  async sampleNames(split: Split, indices: readonly number[]): Promise<readonly string[]> {
    const dataset = await this.#dataset(split);
    return indices.map((index) => dataset.sampleName(index));
  }

  async open(
    split: Split,
    { batchSize, limit, labelled = false, training }: Parameters<EvaluationData['open']>[1],
  ): Promise<BatchSource<ImageBatch>> {
    const { transform, workers, onBrokenImage, onMessage } = this.#options;
    const dataset = await (labelled ? this.#labelledDataset(split) : this.#dataset(split));
    const how = { batchSize, workers, onBrokenImage, onMessage };
    if (training === undefined) {
      return imageLoader(dataset, {
        ...{ ...how, transform: transform.plain() },
        ...(limit !== undefined && { limit }),
      });
    }
    const { seed, crops } = training;
    const part = limit === undefined ? dataset : SubsetDataset.of(dataset, split, spread(dataset, limit));
    const views = crops === null ? transform.plain() : trainingCrops(transform, crops);
    return firstViews(loader(part, { ...how, transform: views, seed, shuffle: true, dropLast: true }));
  }

  /** Reports what is left out once per split. */
  async #labelledDataset(split: Split): Promise<ImageDataset> {
    const dataset = await this.#dataset(split);
    const part = this.#labelled.get(split) ?? labelledPart(dataset, this.#options.onMessage);
    this.#labelled.set(split, part);
    return part;
  }

  #dataset(split: Split): Promise<ImageDataset> {
    const opened = this.#opened.get(split) ?? this.#options.open(split);
    this.#opened.set(split, opened);
    return opened;
  }
}

/** Returns at most `limit` samples, spread evenly. */
function spread({ length }: ImageDataset, limit: number): number[] {
  const samples = Math.min(limit, length);
  return Array.from({ length: samples }, (_, position) => Math.floor((position * length) / samples));
}

/** Turns batches of one view into batches of images. */
function firstViews(source: BatchSource<ViewBatch>): BatchSource<ImageBatch> {
  return {
    samples: source.samples,
    batchesPerEpoch: source.batchesPerEpoch,
    close: () => source.close(),
    async *epoch(...asked) {
      for await (const { views, labels, indices } of source.epoch(...asked)) {
        const [images] = views;
        if (images !== undefined) yield { images, labels, indices };
      }
    },
  };
}
