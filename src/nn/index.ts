export { aroundForward, watchForward } from './around-forward';
export { batchStatistics, localBatchStatistics, withBatchStatistics } from './batch-statistics';
export { withGradient } from './custom-gradient';
export type { CustomResult } from './custom-gradient';
export { exactMatMul, float32Barrier } from './exact';
export { freeze } from './freeze';
export type { FreezeOptions } from './freeze';
export { meanOf, stopGradient } from './gradients';
export { isEvaluating, whileEvaluating } from './evaluating';
export { FeatureQueue } from './feature-queue';
export type { FeatureQueueOptions } from './feature-queue';
export * from './heads';
export { kaimingNormalFanOut, normal, pytorchUniform, xavierUniform } from './initialization';
export type { Fans, Initializer } from './initialization';
export * from './layers';
export * from './mae';
export { Module } from './module';
export { matcherOf, matchingParameters } from './name-pattern';
export type { NamePattern } from './name-pattern';
export { listNames } from './naming';
export { describeOutside } from './outside';
export {
  buffer,
  descriptionOf,
  isAveraged,
  isParameter,
  isSameOnRanks,
  isWeight,
  layoutOf,
  parameter,
  rankRuleOf,
} from './parameter';
export type {
  Buffer,
  BufferOptions,
  Parameter,
  ParameterOptions,
  RankRule,
  VariableDescription,
} from './parameter';
export { ParameterList } from './parameter-list';
export { notingExchanges, ranks, withRanks } from './ranks';
export { patchGrid, patchify } from './patchify';
export type { StepRanks } from './ranks';
export { viewsOf } from './views-of';
export type { ViewsOf, ViewCount } from './views-of';
export { randomPosition, setRandomPosition } from '../engine';
export * from './resnet';
export * from './state';
export { restartTeachers, teacherOf } from './teacher';
export type { Teacher, TeacherOptions } from './teacher';
export { normalizeRows } from './normalize-rows';
export { beginsUpdate, stepPosition, withStepPosition } from './step-position';
export type { StepPosition } from './step-position';
export * from './vit';
