import { crc32 } from 'node:zlib';
import { join } from 'node:path';
import type { GrayRange } from '../../decoding';
import type { Image } from '../../image';
import { BrokenImageError } from '../data-errors';
import { readableName } from '../folder/file-name';
import { mostFileBytes } from '../folder/read-image-file';
import type { SharedStringsSpec } from '../folder/shared-strings';
import { SharedStrings } from '../folder/shared-strings';
import type { DatasetSpec, ImageDataset, Split } from '../image-dataset';
import { labelAt } from '../labels';
import { imageOfBytes } from '../read-image';
import { requireIndex } from '../require-index';
import type { ShardState } from './shard-files';
import { ShardFiles, changed } from './shard-files';
import { TAR_BLOCK } from './tar-header';

/** A data set in shards as plain values, with its index in shared memory. */
export interface ShardSpec extends DatasetSpec {
  readonly kind: 'shards';
  readonly split: Split;
  readonly origin: string;
  /** The common folder of all shards. */
  readonly root: string;
  readonly classNames: readonly string[];
  readonly hasTestSplit: boolean;
  readonly maxImagePixels: number;
  /** The 16-bit gray values that become black and white; `null` for 0 and 65535. */
  readonly grayRange: GrayRange | null;
  readonly shards: readonly ShardState[];
  /** Each sample's key. */
  readonly keys: SharedStringsSpec;
  /** Index of each sample's shard in the list. */
  readonly shardOf: Uint32Array;
  /** Position of the header of each image in its shard. */
  readonly headerAt: Float64Array;
  /** The checksums of these headers. */
  readonly headerSum: Uint32Array;
  /** Sizes of the image files in bytes. */
  readonly sizes: Float64Array;
  /** Negative if there is none. */
  readonly labels: Int32Array;
}

/** A data set of images in tar files, each read from its position. */
export class ShardDataset implements ImageDataset {
  readonly name = 'shards';
  readonly split: Split;
  readonly origin: string;
  readonly classNames: readonly string[];
  readonly hasTestSplit: boolean;
  readonly #keys: SharedStrings;
  readonly #files: ShardFiles;

  constructor(readonly spec: ShardSpec) {
    this.split = spec.split;
    this.origin = spec.origin;
    this.classNames = spec.classNames;
    this.hasTestSplit = spec.hasTestSplit;
    this.#keys = new SharedStrings(spec.keys);
    this.#files = new ShardFiles(spec.root, spec.shards);
  }

  get length(): number {
    return this.spec.labels.length;
  }

  label(index: number): number | null {
    requireIndex(this, index);
    return labelAt(this.spec.labels, index);
  }

  describe(index: number): string {
    return readableName(`${join(this.spec.root, this.#shard(index).name)}/${this.#keys.at(index)}`);
  }

  /** Shard and key, not normalised: keys such as `a` and `../a` keep different names. */
  sampleName(index: number): string {
    return readableName(`${this.#shard(index).name}/${this.#keys.at(index)}`);
  }

  /** @throws FulgurError of kind `data` for a changed shard, BrokenImageError for a broken image. */
  async read(index: number): Promise<Image> {
    requireIndex(this, index);
    const { spec } = this;
    const size = spec.sizes[index] ?? 0;
    const most = mostFileBytes(spec.maxImagePixels);
    if (size > most) {
      throw new BrokenImageError(this.describe(index), `it has ${size} bytes, but at most ${most} are read`);
    }
    const start = spec.headerAt[index] ?? 0;
    const bytes = await this.#files.read(spec.shardOf[index] ?? 0, start, TAR_BLOCK + size);
    if (crc32(bytes.subarray(0, TAR_BLOCK)) !== spec.headerSum[index]) {
      throw changed(join(spec.root, this.#shard(index).name), `another entry is at byte ${start}`);
    }
    return imageOfBytes(bytes.subarray(TAR_BLOCK), this.describe(index), spec);
  }

  close(): Promise<void> {
    this.#files.close();
    return Promise.resolve();
  }

  #shard(index: number): ShardState {
    const shard = this.spec.shards[this.spec.shardOf[index] ?? 0];
    if (shard === undefined) throw new Error(`there is no shard of sample ${index}`);
    return shard;
  }
}
