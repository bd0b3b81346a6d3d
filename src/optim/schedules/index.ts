export { constant } from './constant';
export { cosine } from './cosine';
export type { CosineOptions } from './cosine';
export type { Schedule } from './schedule';
export { step } from './step';
export type { StepOptions } from './step';
