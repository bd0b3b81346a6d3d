import type { BatchSource, EvaluationData, ImageBatch, Notify } from '../contracts';
import type { ImageDataset } from './datasets';
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
  readonly #opened = new Map<'train' | 'test', Promise<ImageDataset>>();

  constructor(options: EvaluationOptions) {
    this.#options = options;
    this.name = options.train.name;
    this.classes = options.train.classNames.length;
    this.#opened.set('train', Promise.resolve(options.train));
  }

  async open(
    split: 'train' | 'test',
    { batchSize, limit }: { batchSize: number; limit?: number },
  ): Promise<BatchSource<ImageBatch>> {
    const { transform, workers, onBrokenImage, onMessage } = this.#options;
    return imageLoader(await this.#dataset(split), {
      batchSize,
      transform: transform.plain(),
      workers,
      onBrokenImage,
      onMessage,
      ...(limit !== undefined && { limit }),
    });
  }

  #dataset(split: 'train' | 'test'): Promise<ImageDataset> {
    const opened = this.#opened.get(split) ?? this.#options.open(split);
    this.#opened.set(split, opened);
    return opened;
  }
}
