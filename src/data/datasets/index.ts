import { datasetNames } from '../../contracts';
import { openDataset } from './open-dataset';
import { imageOfBytes, imageOfFile } from './read-image';

/** Fulgur's own data sets. */
export const datasets = {
  open: openDataset,
  names: datasetNames,
  readImage: imageOfFile,
  decodeImage: imageOfBytes,
} as const;

export { BrokenImageError, DatasetUnavailableError, NothingToJudgeError, reasonOf } from './data-errors';
export { dataFolder } from './data-folder';
export { reopenDataset } from './dataset-spec';
export { identityOf } from './fingerprint';
export { imageExtensions } from './folder/read-image-file';
export { listExtensions } from './list/open-list';
export { defineDataset } from './defined/define-dataset';
export type { DatasetDefinition, DatasetFactory, DatasetScope, OpenedImages } from './defined/define-dataset';
export { openArrays } from './npz/open-arrays';
export type { ArrayFile } from './npz/open-arrays';
export { readArrayHeader, readElements, requireBytes } from './npz/array-source';
export type { ArraySource, KnownArray } from './npz/array-source';
export type { DatasetSpec, ImageDataset, Split } from './image-dataset';
export { datasetNames };
export { openWithSplits } from './open-dataset';
export type { OpenOptions, OpenedDataset } from './open-dataset';
