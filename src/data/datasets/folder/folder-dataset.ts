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

/** A folder of images as plain values; its lists lie in shared memory. */
export interface FolderSpec {
  readonly kind: 'folder';
  /** What a user calls it, and where the paths come from (default `folder`, and the root). */
  readonly name?: string;
  readonly origin?: string;
  readonly split: Split;
  readonly root: string;
  readonly classNames: readonly string[];
  /** Whether the folder has a test or validation split inside. */
  readonly hasTestSplit: boolean;
  /** Paths below the root. */
  readonly paths: SharedStringsSpec;
  /** Below 0 where there is none. */
  readonly labels: Int32Array;
  /** An image of more pixels counts as broken. */
  readonly maxImagePixels: number;
  /** The values of 16-bit gray that become black and white; `null` for 0 and 65535. */
  readonly grayRange: GrayRange | null;
}

/** Image files, decoded at every reading. */
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
