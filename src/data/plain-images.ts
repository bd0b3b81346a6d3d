import type { BatchSource, ImageBatch, Json, Notify } from '../contracts';
import { identityOf } from './datasets';
import type { ImageDataset } from './datasets';
import { imageLoader } from './loader';
import type { BrokenImageRule } from './loader';
import type { ViewTransform } from './views';

/** All images of a split in their order, each as one view without augmentation. */
export interface PlainImages extends BatchSource<ImageBatch> {
  /** Of the data set. */
  readonly name: string;
  /** A digest of the names, labels and order of these images. */
  readonly fingerprint: string;
  /** Where they lie. */
  readonly origin: string;
  /** Empty where there are no labels. */
  readonly classNames: readonly string[];
  /** The view's name with its options. */
  readonly view: Json;
  /** The image at a place of the order, from 0. Its label is -1 where it is not known. */
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
 * The images of a data set as an evaluation sees them. Where one is broken and may be skipped, another one takes its place in the
 * batch: the batch's `indices` say so.
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

/** A view's name with its options, as records have it. */
export function recordedView({ spec }: ViewTransform): Json {
  return { [spec.export]: spec.recorded ?? spec.options };
}
