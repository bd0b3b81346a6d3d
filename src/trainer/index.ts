export { EventBus } from './event-bus';
export type { BuiltPlugin } from './hooks/hook-order';
export { WeightSwitch } from './evaluation/weight-switch';
export { modelAccess } from './model-access';
export type { ModelReader } from './model-access';
export { RehearsedFit } from './rehearsal/rehearsed-fit';
export type { RehearsalScript } from './rehearsal/rehearsed-fit';
export type { EvaluationResult, Outputs } from './run/evaluation-run';
export type { FitResult } from './run/fit-result';
export type { RunPlace } from './run/run-info';
export {
  createRunFolder,
  findRunFolder,
  hasCheckpoint,
  holdsCheckpoint,
  untrainedFolder,
} from './run/run-folder';
export type { RunFolderOptions } from './run/run-folder';
export { PredictionFiles } from './run/prediction-files';
export type { PredictedSample } from './run/prediction-files';
export { FileClaims } from './run/file-claims';
export { writeWhole } from './run/write-whole';
export { writeRunRecord } from './run/run-record';
export type { RunRecord } from './run/run-record';
export type { ResumeFrom } from './state/resume-checks';
export { Trainer } from './trainer';
export type { FitExtras, FitOptions, TrainerParts } from './trainer';
export { TrainingModule } from './training-module';
