import type { DefinedSpec } from './defined/defined-dataset';
import { reopenDefined } from './defined/open-defined';
import type { FolderSpec } from './folder/folder-dataset';
import { FolderDataset } from './folder/folder-dataset';
import type { DatasetSpec, ImageDataset } from './image-dataset';
import type { PackedSpec } from './packed-dataset';
import { PackedDataset } from './packed-dataset';
import type { ShardSpec } from './shards/shard-dataset';
import { ShardDataset } from './shards/shard-dataset';
import type { SubsetSpec } from './subset/subset-dataset';
import { SubsetDataset } from './subset/subset-dataset';

/** The spec of any kind of data set. */
interface Specs {
  readonly packed: PackedSpec;
  readonly folder: FolderSpec;
  readonly shards: ShardSpec;
  readonly subset: SubsetSpec;
  readonly defined: DefinedSpec;
}

type Kinds = { readonly [Kind in keyof Specs]: (spec: Specs[Kind]) => ImageDataset | Promise<ImageDataset> };

/** How each kind of data set is reopened. */
const kinds: Kinds = {
  packed: (spec) => new PackedDataset(spec),
  folder: (spec) => new FolderDataset(spec),
  shards: (spec) => new ShardDataset(spec),
  subset: async (spec) => new SubsetDataset(await reopenDataset(spec.of), spec),
  defined: reopenDefined,
};

/** Reopens a data set that another thread has already opened. Fulgur's own kinds read and copy nothing. */
export async function reopenDataset(spec: DatasetSpec): Promise<ImageDataset> {
  const reopen = Object.hasOwn(kinds, spec.kind) ? kinds[spec.kind as keyof Kinds] : undefined;
  if (reopen === undefined) throw new Error(`the kind of data set "${spec.kind}" is unknown`);
  return (reopen as (spec: DatasetSpec) => ImageDataset | Promise<ImageDataset>)(spec);
}

/** Returns the spec of a data set whose pixels are in memory, also for a part of such a data set; `null` for others. */
export function packedSpec(spec: DatasetSpec): PackedSpec | null {
  if (spec.kind === 'subset') return packedSpec((spec as SubsetSpec).of);
  return spec.kind === 'packed' ? (spec as PackedSpec) : null;
}

/** Returns the file that a loader thread loads to open the user's own data set; `null` for Fulgur's own. */
export function moduleOf(spec: DatasetSpec): string | null {
  if (spec.kind === 'subset') return moduleOf((spec as SubsetSpec).of);
  return spec.kind === 'defined' ? (spec as DefinedSpec).module : null;
}
