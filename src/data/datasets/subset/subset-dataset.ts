import type { SourceImage } from '../../source-image';
import type { DatasetSpec, ImageDataset, Split } from '../image-dataset';
import { requireIndex } from '../require-index';

/** A part of another data set as plain values, with its list in shared memory. */
export interface SubsetSpec extends DatasetSpec {
  readonly kind: 'subset';
  readonly of: DatasetSpec;
  readonly split: Split;
  /** Indices of its samples in the whole, in order. */
  readonly indices: Uint32Array;
}

/** A data set of some samples of another, in the same order. */
export class SubsetDataset implements ImageDataset {
  readonly split: Split;
  readonly hasTestSplit = true;

  constructor(
    private readonly whole: ImageDataset,
    readonly spec: SubsetSpec,
  ) {
    this.split = spec.split;
  }

  /** Returns the samples at these indices of a data set, in this order. */
  static of(whole: ImageDataset, split: Split, places: readonly number[]): SubsetDataset {
    const indices = new Uint32Array(new SharedArrayBuffer(places.length * 4));
    indices.set(places);
    return new SubsetDataset(whole, { kind: 'subset', of: whole.spec, split, indices });
  }

  get name(): string {
    return this.whole.name;
  }

  get origin(): string {
    return this.whole.origin;
  }

  get classNames(): readonly string[] {
    return this.whole.classNames;
  }

  get length(): number {
    return this.spec.indices.length;
  }

  label(index: number): number | null {
    return this.whole.label(this.#placeOf(index));
  }

  describe(index: number): string {
    return this.whole.describe(this.#placeOf(index));
  }

  sampleName(index: number): string {
    return this.whole.sampleName(this.#placeOf(index));
  }

  read(index: number): SourceImage | Promise<SourceImage> {
    return this.whole.read(this.#placeOf(index));
  }

  async close(): Promise<void> {
    await this.whole.close?.();
  }

  #placeOf(index: number): number {
    requireIndex(this, index);
    return this.spec.indices[index] ?? 0;
  }
}
