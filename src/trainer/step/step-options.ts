import { completeTrainerOptions } from '../../contracts';
import type { TrainerOptions } from '../../contracts';
import { FulgurError } from '../../errors';
import type { StepOptions } from './build-step-runner';

/**
 * How steps run, by the trainer's options.
 *
 * @throws FulgurError `trainer` for mixed precision without compiling.
 */
export function stepOptions(given: Partial<TrainerOptions>): StepOptions {
  const { compile, detectAnomaly, precision, ...options } = completeTrainerOptions(given);
  const { gradientClipVal: limit, gradientClipAlgorithm: algorithm } = options;
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
