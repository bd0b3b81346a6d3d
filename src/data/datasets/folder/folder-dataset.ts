import { posix } from 'node:path';
import { BrokenImageError, reasonOf } from '../data-errors';
import type { GrayRange } from '../../decoding';
import type { Image } from '../../image';
import type { ImageDataset, Split } from '../image-dataset';
import { labelAt } from '../labels';
import { requireIndex } from '../require-index';
import { nameBytes, readableName } from './file-name';
import { readImageFile } from './read-image-file';
import type { SharedStringsSpec } from './shared-strings';
import { SharedStrings } from './shared-strings';

/** A folder of images as plain values, with its lists in shared memory. */
export interface FolderSpec {
  readonly kind: 'folder';
  /** The name the user gave it, and the source of the paths (default: `folder` and the root). */
  readonly name?: string;
  readonly origin?: string;
  readonly split: Split;
  readonly root: string;
  readonly classNames: readonly string[];
  /** Whether the folder contains a test or validation split. */
  readonly hasTestSplit: boolean;
  /** Paths relative to the root. */
  readonly paths: SharedStringsSpec;
  /** Negative if there is none. */
  readonly labels: Int32Array;
  /** An image with more pixels counts as broken. */
  readonly maxImagePixels: number;
  /** The 16-bit gray values that become black and white; `null` for 0 and 65535. */
  readonly grayRange: GrayRange | null;
}

/** A data set of image files, decoded on every read. */
export class FolderDataset implements ImageDataset {
  readonly name: string;
  readonly split: Split;
  readonly origin: string;
  readonly classNames: readonly string[];
  readonly hasTestSplit: boolean;
  readonly #paths: SharedStrings;

  constructor(readonly spec: FolderSpec) {
    this.name = spec.name ?? 'folder';
    this.split = spec.split;
    this.origin = spec.origin ?? spec.root;
    this.classNames = spec.classNames;
    this.hasTestSplit = spec.hasTestSplit;
    this.#paths = new SharedStrings(spec.paths);
  }

  get length(): number {
    return this.#paths.length;
  }

  label(index: number): number | null {
    requireIndex(this, index);
    return labelAt(this.spec.labels, index);
  }

  describe(index: number): string {
    return readableName(this.#path(index));
  }

  sampleName(index: number): string {
    return readableName(this.#paths.at(index));
  }

  async read(index: number): Promise<Image> {
    requireIndex(this, index);
    try {
      const { maxImagePixels, grayRange } = this.spec;
      return await readImageFile(nameBytes(this.#path(index)), maxImagePixels, grayRange);
    } catch (error) {
      throw new BrokenImageError(this.describe(index), reasonOf(error), error);
    }
  }

  #path(index: number): string {
    return posix.join(this.spec.root, this.#paths.at(index));
  }
}
