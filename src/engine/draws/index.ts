import './random-operations';

export { guardHostValues, withHostAccess } from './host-values';
export { dropped } from './random-operations';
export {
  FunctionDraws,
  drawSeed,
  drawsOfTrace,
  drawingAt,
  repeatDraws,
  sameOnAllRanks,
  withDraws,
} from './step-draws';
export type { DrawPlace, StepDraws } from './step-draws';
