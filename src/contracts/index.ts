export { batchesMark, batchesProblem, isBatchesDeclaration } from './batches';
export type * from './batches';
export type * from './command';
export type * from './data';
export { datasetProblem, definedBy, isDatasetDeclaration } from './dataset-declaration';
export type * from './dataset-declaration';
export type * from './evaluation-weights';
export type * from './events';
export { hookTable } from './hooks';
export type * from './hooks';
export type * from './json';
export { jsonText, parseJson } from './json-text';
export type * from './live-feed';
export type * from './log';
export type * from './long-task';
export type * from './optimizer';
export { option, optionSection, seedNumber, wholeNumber } from './option';
export type * from './option';
export {
  clusterSchema,
  completeTrainerOptions,
  dataSchema,
  datasetNames,
  datasetPaths,
  runSchema,
  trainerSchema,
} from './options';
export type * from './options';
export type * from './plugin';
export type * from './progress';
export type * from './ranks';
export type * from './run-folder';
export type * from './run-state';
export type * from './state';
export type * from './strategy';
export type * from './batch-statistics';
export { token, tokens } from './tokens';
export type * from './tokens';
