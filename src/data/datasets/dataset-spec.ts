import type { FolderSpec } from './folder/folder-dataset';
import { FolderDataset } from './folder/folder-dataset';
import type { ImageDataset } from './image-dataset';
import type { PackedSpec } from './packed-dataset';
import { PackedDataset } from './packed-dataset';

/** What travels to a worker thread in place of a data set; any structured clone of it works. */
export type DatasetSpec = PackedSpec | FolderSpec;

/** Opens a data set that another thread has already opened: reads nothing, copies nothing. */
export function reopenDataset(spec: DatasetSpec): ImageDataset {
  return spec.kind === 'packed' ? new PackedDataset(spec) : new FolderDataset(spec);
}
