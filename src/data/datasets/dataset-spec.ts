import type { FolderSpec } from './folder/folder-dataset';
import { FolderDataset } from './folder/folder-dataset';
import type { DatasetSpec, ImageDataset } from './image-dataset';
import type { PackedSpec } from './packed-dataset';
import { PackedDataset } from './packed-dataset';

/** Every spec that a data set may have. */
interface Specs {
  readonly packed: PackedSpec;
  readonly folder: FolderSpec;
}

type Kinds = { readonly [Kind in keyof Specs]: (spec: Specs[Kind]) => ImageDataset | Promise<ImageDataset> };

/** How each kind of data set is opened again. */
const kinds: Kinds = {
  packed: (spec) => new PackedDataset(spec),
  folder: (spec) => new FolderDataset(spec),
};

/** Opens a data set that another thread has already opened: Fulgur's own kinds read nothing and copy nothing. */
export async function reopenDataset(spec: DatasetSpec): Promise<ImageDataset> {
  const reopen = Object.hasOwn(kinds, spec.kind) ? kinds[spec.kind as keyof Kinds] : undefined;
  if (reopen === undefined) throw new Error(`there is no kind of data set "${spec.kind}"`);
  return (reopen as (spec: DatasetSpec) => ImageDataset | Promise<ImageDataset>)(spec);
}

/** Whether a data set's pixels lie in memory. */
export function isPacked(spec: DatasetSpec): spec is PackedSpec {
  return spec.kind === 'packed';
}
