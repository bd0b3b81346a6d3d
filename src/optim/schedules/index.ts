export { constant } from './constant';
export { cosine } from './cosine';
export type { CosineOptions, CosineSpanOptions } from './cosine';
export { linear, linearWarmup } from './linear';
export type { LinearSpanOptions, LinearWarmupOptions } from './linear';
export type { Span } from './span';
export { step } from './step';
export type { StepOptions } from './step';
