export { adamw } from './adamw';
export type { AdamWOptions } from './adamw';
export { lars } from './lars';
export type { LarsOptions } from './lars';
export type { OptimizerParameters, ParameterGroup } from './parameter-groups';
export * as schedules from './schedules';
export type { Schedule } from './schedules';
export { sgd } from './sgd';
export type { SgdOptions } from './sgd';
