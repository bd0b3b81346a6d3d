export { SingleDevice } from './single-device';
export type {
  CompiledStep,
  CompileStepOptions,
  LoggedValue,
  MetricPart,
  Replicated,
  StepOutputs,
  Strategy,
  TrainingStep,
} from './strategy';
