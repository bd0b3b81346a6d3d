import type { SourceImage } from '../source-image';

/** Which part of a data set: what a model learns from, what it is judged by, or both. */
export type Split = 'train' | 'test' | 'all';

/** What travels to a worker thread in place of a data set; any structured clone of it works. */
export interface DatasetSpec {
  readonly kind: string;
}

/** Images, with a class each where that is known, by index. Reading has no side effects: any thread may read any index at any time. */
export interface ImageDataset {
  readonly name: string;
  readonly split: Split;
  /** Where the images come from, for messages and records: a folder or a package. */
  readonly origin: string;
  readonly length: number;
  /** Name of each class; labels are indices into this list. Empty where there are no labels. */
  readonly classNames: readonly string[];
  /**
   * Whether the data themselves say which samples are held out. Where they do not, the splits `train` and `all` are the
   * same and there is no `test`, unless `data.testFraction` makes one.
   */
  readonly hasTestSplit: boolean;
  /** All that a worker thread needs to open the same data set again; it shares memory rather than copying it. */
  readonly spec: DatasetSpec;
  /** Class of an image; `null` where it is not known. */
  label(index: number): number | null;
  /** An image's name in messages. */
  describe(index: number): string;
  /**
   * An image's name within the data set: the path below its folder, the key in a shard, or the index. No other image has
   * it, and it stays when the data move. `testFraction`, records and fingerprints go by it.
   */
  sampleName(index: number): string;
  /**
   * The image at an index.
   *
   * @throws FulgurError of kind `data` that names a broken image.
   */
  read(index: number): SourceImage | Promise<SourceImage>;
  /** Gives back what is held open, such as files. */
  close?(): Promise<void>;
}
