export { buildPlugins } from './build-plugins';
export type { BuiltPlugins, Services } from './build-plugins';
export { CompositionError, checkPlugins } from './check-plugins';
export type { CheckedPlugin } from './check-plugins';
export { compose } from './compose';
export type { Composition, RunParts } from './compose';
