export { buildPlugins } from './build-plugins';
export type { Services } from './build-plugins';
export { checkPlugins } from './check-plugins';
export { compose } from './compose';
export type { Composition } from './compose';
export { CompositionError } from './composition-error';
export { coreServices } from './core-services';
export type { RunParts } from './run-parts';
