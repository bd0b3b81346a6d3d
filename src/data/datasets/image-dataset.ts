import type { SourceImage } from '../source-image';

/** A part of a data set: what a model learns from, what it is evaluated on, or both. */
export type Split = 'train' | 'test' | 'all';

/** What is sent to a worker thread instead of a data set; any structured clone of it works. */
export interface DatasetSpec {
  readonly kind: string;
}

/** Images by index, each with its class if known. Reading has no side effects: any thread may read any index at any time. */
export interface ImageDataset {
  readonly name: string;
  readonly split: Split;
  /** The source of the images, for messages and records: a folder or a package. */
  readonly origin: string;
  readonly length: number;
  /** Names of the classes; labels are indices into this list. Empty if there are no labels. */
  readonly classNames: readonly string[];
  /**
   * Whether the data itself defines which samples are held out. If not, the splits `train` and `all` are the same and
   * there is no `test` unless `data.testFraction` makes one.
   */
  readonly hasTestSplit: boolean;
  /** Everything a worker thread needs to reopen the same data set; memory is shared, not copied. */
  readonly spec: DatasetSpec;
  /** Returns the class of an image; `null` if unknown. */
  label(index: number): number | null;
  /** Returns an image's name in messages. */
  describe(index: number): string;
  /**
   * Returns an image's name within the data set: the path relative to its folder, the key in a shard, or the index. It
   * is unique and stays the same when the data is moved. `testFraction`, records and fingerprints depend on it.
   */
  sampleName(index: number): string;
  /**
   * Reads the image at an index.
   *
   * @throws FulgurError of kind `data` naming a broken image.
   */
  read(index: number): SourceImage | Promise<SourceImage>;
  /** Closes files and other resources. */
  close?(): Promise<void>;
}
