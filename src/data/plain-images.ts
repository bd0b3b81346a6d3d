import type { BatchSource, ImageBatch, Json, Notify } from '../contracts';
import { identityOf } from './datasets';
import type { ImageDataset } from './datasets';
import { imageLoader } from './loader';
import type { BrokenImageRule } from './loader';
import type { ViewTransform } from './views';

/** All images of a split in order, each as one view without augmentation. */
export interface PlainImages extends BatchSource<ImageBatch> {
  /** The data set's name. */
  readonly name: string;
  /** A digest of the names, labels and order of these images. */
  readonly fingerprint: string;
  /** The location of the data. */
  readonly origin: string;
  /** Empty if there are no labels. */
  readonly classNames: readonly string[];
  /** The view's name and options. */
  readonly view: Json;
  /** Returns the image at a position in the order, from 0. Its label is -1 if unknown. */
  imageAt(place: number): { readonly name: string; readonly label: number };
}

export interface PlainImagesOptions {
  readonly batchSize: number;
  readonly transform: ViewTransform;
  readonly workers: number;
  readonly onBrokenImage: BrokenImageRule;
  readonly onMessage: Notify;
}

/**
 * Opens the images of a data set as an evaluation sees them. If one is broken and may be skipped, another one replaces
 * it in the batch, as the batch's `indices` show.
 */
export function plainImages(dataset: ImageDataset, { transform, ...how }: PlainImagesOptions): PlainImages {
  const view = transform.plain();
  const source = imageLoader(dataset, { ...how, transform: view });
  const { name, fingerprint } = identityOf(dataset);
  return {
    ...{
      name,
      fingerprint,
      origin: dataset.origin,
      classNames: dataset.classNames,
      view: recordedView(view),
    },
    samples: source.samples,
    batchesPerEpoch: source.batchesPerEpoch,
    epoch: (...asked) => source.epoch(...asked),
    close: () => source.close(),
    imageAt: (place) => ({ name: dataset.sampleName(place), label: dataset.label(place) ?? -1 }),
  };
}

/** Returns a view's name with its options as recorded. */
export function recordedView({ spec }: ViewTransform): Json {
  return { [spec.export]: spec.recorded ?? spec.options };
}
