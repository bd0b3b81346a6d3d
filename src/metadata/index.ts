export { Experiment, experimentData, experimentDefinition } from './experiment';
export type { ExperimentClass, ExperimentDefinition } from './experiment';
export {
  HyperParameter,
  constructExperiment,
  hyperParameterDefaults,
  hyperParameters,
} from './hyper-parameter';
export type { HyperParameterDefinition, HyperParameterRules, HyperParameterValue } from './hyper-parameter';
export { inject } from './inject';
export { Plugin, pluginMetadata } from './plugin';
export type { PluginOptions } from './plugin';
