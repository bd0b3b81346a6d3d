import type { FolderSpec } from './folder/folder-dataset';
import { FolderDataset } from './folder/folder-dataset';
import type { DatasetSpec, ImageDataset } from './image-dataset';
import type { PackedSpec } from './packed-dataset';
import { PackedDataset } from './packed-dataset';

/** Opens a data set that another thread has already opened: reads nothing, copies nothing. */
export function reopenDataset(spec: DatasetSpec): ImageDataset {
  return isPacked(spec) ? new PackedDataset(spec) : new FolderDataset(spec as FolderSpec);
}

/** Whether a data set's pixels lie in memory. */
export function isPacked(spec: DatasetSpec): spec is PackedSpec {
  return spec.kind === 'packed';
}
