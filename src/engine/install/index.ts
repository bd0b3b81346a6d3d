export { tensorflowVersion } from './builds';
export type { Flavour } from './builds';
export { visibleGpus } from './visible-gpus';
export { locateTensorFlow } from './locate-tensorflow';
export type { Accelerator, LocateOptions } from './locate-tensorflow';
export type { TensorFlowLibrary } from './tensorflow-library';
