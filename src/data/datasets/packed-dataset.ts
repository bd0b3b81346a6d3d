import type { SourceImage } from '../source-image';
import { labelAt } from './labels';
import { requireIndex } from './require-index';
import type { ImageDataset, Split } from './image-dataset';

/** A packed data set as plain values, with its arrays in shared memory. */
export interface PackedSpec {
  readonly kind: 'packed';
  readonly name: string;
  readonly split: Split;
  readonly origin: string;
  readonly classNames: readonly string[];
  /** Default `true`. */
  readonly hasTestSplit?: boolean;
  readonly height: number;
  readonly width: number;
  /** As in `SourceImage` (default 3). */
  readonly channels?: 1 | 2 | 3 | 4;
  /** Samples `[samples, height, width, channels]`. */
  readonly pixels: Uint8Array | Uint16Array;
  /** As in `SourceImage`. */
  readonly range?: readonly [black: number, white: number];
  /** Class of each sample; negative if unknown. */
  readonly labels: Uint8Array | Int32Array;
}

/** A data set of images of one size, all in shared memory. */
export class PackedDataset implements ImageDataset {
  readonly name: string;
  readonly split: Split;
  readonly origin: string;
  readonly classNames: readonly string[];
  readonly hasTestSplit: boolean;

  constructor(readonly spec: PackedSpec) {
    this.name = spec.name;
    this.split = spec.split;
    this.origin = spec.origin;
    this.classNames = spec.classNames;
    this.hasTestSplit = spec.hasTestSplit ?? true;
  }

  get length(): number {
    return this.spec.labels.length;
  }

  label(index: number): number | null {
    requireIndex(this, index);
    return labelAt(this.spec.labels, index);
  }

  describe(index: number): string {
    return `sample ${index} of ${this.name} (${this.split})`;
  }

  sampleName(index: number): string {
    return String(index);
  }

  /** Returns the image at an index: a view of the shared memory, which must not be written to. */
  read(index: number): SourceImage {
    requireIndex(this, index);
    const { height, width, channels = 3, pixels, range } = this.spec;
    const count = height * width * channels;
    const data = pixels.subarray(index * count, (index + 1) * count);
    return { height, width, channels, data, ...(range !== undefined && { range }) };
  }
}

/** Allocates shared memory for the RGB pixels and labels of a packed data set. */
export function allocatePacked(
  samples: number,
  height: number,
  width: number,
): { pixels: Uint8Array; labels: Uint8Array } {
  return {
    pixels: new Uint8Array(new SharedArrayBuffer(samples * height * width * 3)),
    labels: new Uint8Array(new SharedArrayBuffer(samples)),
  };
}
