import { datasetNames, openDataset } from './open-dataset';

/** The data sets that Fulgur knows. */
export const datasets = { open: openDataset, names: datasetNames } as const;

export { BrokenImageError, DatasetUnavailableError, reasonOf } from './data-errors';
export { dataFolder } from './data-folder';
export { reopenDataset } from './dataset-spec';
export type { DatasetSpec } from './dataset-spec';
export type { ImageDataset, Split } from './image-dataset';
export { datasetNames } from './open-dataset';
export type { DatasetName, OpenOptions } from './open-dataset';
