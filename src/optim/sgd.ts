import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../contracts';
import { stepInput } from '../engine';
import { momentumStep, refuseWrongNesterov } from './momentum';
import type { MomentumOptions } from './momentum';
import { settleGroups } from './parameter-groups';
import type { CommonOptions, OptimizerParameters } from './parameter-groups';
import { SteppedOptimizer } from './stepped-optimizer';
import type { Update } from './stepped-optimizer';

export interface SgdOptions extends CommonOptions, MomentumOptions {
  /** λ of the penalty λ/2·|p|² (default 0): λ·p joins the gradient before the momentum. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent with momentum, by PyTorch's rule: b ← momentum·b + (1 − dampening)·g, where the first
 * step takes b = g; p ← p − learningRate·b.
 *
 * @throws FulgurError `module` for Nesterov's momentum without momentum or with dampening, and for wrong parameters.
 */
export function sgd(parameters: OptimizerParameters<SgdOptions>, options: SgdOptions): Optimizer {
  return new Sgd(parameters, options);
}

class Sgd extends SteppedOptimizer<SgdOptions> {
  constructor(parameters: OptimizerParameters<SgdOptions>, options: SgdOptions) {
    const groups = settleGroups('sgd', parameters, options);
    super('sgd', groups, ...);
  }
}
