import type { Image } from '../image';
import { requireIndex } from './require-index';
import type { ImageDataset, Split } from './image-dataset';

/** A packed data set as plain values; its arrays lie in shared memory. */
export interface PackedSpec {
  readonly kind: 'packed';
  readonly name: string;
  readonly split: Split;
  readonly origin: string;
  readonly classNames: readonly string[];
  readonly height: number;
  readonly width: number;
  /** RGB bytes `[samples, height, width, 3]`. */
  readonly pixels: Uint8Array;
  /** Class of each sample. */
  readonly labels: Uint8Array;
}

/** Images of one size, all in shared memory. */
export class PackedDataset implements ImageDataset {
  readonly name: string;
  readonly split: Split;
  readonly origin: string;
  readonly classNames: readonly string[];

  constructor(readonly spec: PackedSpec) {
    this.name = spec.name;
    this.split = spec.split;
    this.origin = spec.origin;
    this.classNames = spec.classNames;
  }

  get length(): number {
    return this.spec.labels.length;
  }

  label(index: number): number {
    requireIndex(this, index);
    return this.spec.labels[index] ?? 0;
  }

  describe(index: number): string {
    return `sample ${index} of ${this.name} (${this.split})`;
  }

  /** The image at an index: a window on the shared memory, not to be written to. */
  read(index: number): Image {
    requireIndex(this, index);
    const { height, width, pixels } = this.spec;
    const bytes = height * width * 3;
    return { height, width, data: pixels.subarray(index * bytes, (index + 1) * bytes) };
  }
}

/** Shared memory for the pixels and labels of a packed data set. */
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
