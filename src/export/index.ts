export { exportFormats } from './export-formats';
export type {
  ExportFormat,
  ExportFormatName,
  ExportRuntime,
  GraphFormat,
  TrialImages,
  WeightsFormat,
  WrittenExport,
} from './export-format';
export type { ExportedInput, ExportedModel, ExportedPreprocessing, ExportedWeights } from './exported-model';
export { checkExport, LARGEST_DIFFERENCE } from './check-export';
export type { ExportCheck, TrialBatch } from './check-export';
export { missingOperation } from './missing-operation';
export type { ImageOfRow, SearchableImages } from './web';
