import type { BatchSource, EvaluationData, ImageBatch, Notify } from '../contracts';
import type { ImageDataset } from './datasets';
import { labelledPart } from './datasets/subset/labelled-part';
import type { BrokenImageRule } from './loader';
import { imageLoader } from './loader';
import type { ViewTransform } from './views';

export interface EvaluationOptions {
  /** Opens a split of the data set in use. */
  readonly open: (split: 'train' | 'test') => Promise<ImageDataset>;
  /** The split that is open already. */
  readonly train: ImageDataset;
  /** The training views' transform: evaluation uses its plain form. */
  readonly transform: ViewTransform;
  readonly workers: number | 'auto';
  readonly onBrokenImage: BrokenImageRule;
  readonly onMessage: Notify;
}

/** Plain images of the data set in training, for plugins that judge the model. */
export class DatasetEvaluation implements EvaluationData {
  readonly name: string;
  readonly classes: number;
  readonly #options: EvaluationOptions;
  readonly #labelled = new Map<'train' | 'test', ImageDataset>();
  readonly #opened = new Map<'train' | 'test', Promise<ImageDataset>>();

  constructor(options: EvaluationOptions) {
    this.#options = options;
    this.name = options.train.name;
    this.classes = options.train.classNames.length;
    this.#opened.set('train', Promise.resolve(options.train));
  }

  async open(
    split: 'train' | 'test',
    { batchSize, limit, labelled = false }: { batchSize: number; limit?: number; labelled?: boolean },
  ): Promise<BatchSource<ImageBatch>> {
    const { transform, workers, onBrokenImage, onMessage } = this.#options;
    return imageLoader(await (labelled ? this.#labelledDataset(split) : this.#dataset(split)), {
      batchSize,
      transform: transform.plain(),
      workers,
      onBrokenImage,
      onMessage,
      ...(limit !== undefined && { limit }),
    });
  }

  /** Says once for each split what is left out. */
  async #labelledDataset(split: 'train' | 'test'): Promise<ImageDataset> {
    const dataset = await this.#dataset(split);
    const part = this.#labelled.get(split) ?? labelledPart(dataset, this.#options.onMessage);
    this.#labelled.set(split, part);
    return part;
  }

  #dataset(split: 'train' | 'test'): Promise<ImageDataset> {
    const opened = this.#opened.get(split) ?? this.#options.open(split);
    this.#opened.set(split, opened);
    return opened;
  }
}
