import type { Image } from '../image';

/** Which part of a data set: what a model learns from, what it is judged by, or both. */
export type Split = 'train' | 'test' | 'all';

/** What travels to a worker thread in place of a data set; any structured clone of it works. */
export interface DatasetSpec {
  readonly kind: string;
}

/** Images with a class each, by index. Reading has no side effects: any thread may read any index at any time. */
export interface ImageDataset {
  readonly name: string;
  readonly split: Split;
  /** Where the images come from, for messages and records: a folder or a package. */
  readonly origin: string;
  readonly length: number;
  /** Name of each class; labels are indices into this list. */
  readonly classNames: readonly string[];
  /** All that a worker thread needs to open the same data set again; it shares memory rather than copying it. */
  readonly spec: DatasetSpec;
  /** Class of an image. */
  label(index: number): number;
  /** An image's name in messages. */
  describe(index: number): string;
  /**
   * The image at an index, as 8-bit RGB.
   *
   * @throws FulgurError of kind `data` that names a broken image.
   */
  read(index: number): Image | Promise<Image>;
}
