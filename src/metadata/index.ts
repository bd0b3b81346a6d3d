export { Experiment, declaredExperiments, experimentData, experimentDefinition } from './experiment';
export type { DataDefinition, ExperimentClass, ExperimentDefinition } from './experiment';
export { hookNames, misspeltHooks } from './hook-checks';
export {
  HyperParameter,
  constructExperiment,
  hyperParameterDefaults,
  hyperParameters,
  isReadingDefaults,
} from './hyper-parameter';
export type { HyperParameterDefinition, HyperParameterRules, HyperParameterValue } from './hyper-parameter';
export { inject, injectedTokens } from './inject';
export { Plugin, definePlugin, isPlugin, pluginMetadata, pluginName } from './plugin';
