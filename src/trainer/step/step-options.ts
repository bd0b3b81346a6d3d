import type { TrainerOptions } from '../../contracts';
import { FulgurError } from '../../errors';
import type { StepOptions } from './build-step-runner';

type StepChoices = Partial<
  Pick<
    TrainerOptions,
    'compile' | 'precision' | 'detectAnomaly' | 'gradientClipVal' | 'gradientClipAlgorithm'
  >
>;

/**
 * How steps run, by the trainer's options.
 *
 * @throws FulgurError `trainer` for mixed precision without compiling.
 */
export function stepOptions({
  compile = true,
  detectAnomaly = false,
  precision = '32-true',
  gradientClipVal: limit = null,
  gradientClipAlgorithm: algorithm = 'norm',
}: StepChoices): StepOptions {
  if (precision !== '32-true' && (!compile || detectAnomaly)) throw needsCompiling(precision);
  const clipping = limit === null ? null : { limit, algorithm };
  return { eager: !compile, precision, detectAnomaly, clipping };
}

function needsCompiling(precision: string): FulgurError {
  return new FulgurError('trainer', {
    what: `trainer.precision is ${precision}, and the step is to run operation by operation.`,
    why: 'Mixed precision is a rewrite of the compiled step.',
    fix: "Leave out compile: false and detectAnomaly, or set the precision to '32-true'.",
  });
}
