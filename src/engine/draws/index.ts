import './random-operations';

export { guardHostValues, withHostAccess } from './host-values';
export { dropped } from './random-operations';
export { repeatDraws, sameOnAllRanks, withDraws } from './active-draws';
export { FunctionDraws, drawSeed, drawsOfTrace, drawingAt } from './step-draws';
export type { DrawPlace, StepDraws } from './step-draws';
