import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../contracts';
import { checkMomentum, momentumRule, momentumSlots } from './momentum';
import type { MomentumOptions } from './momentum';
import { settleGroups } from './parameter-groups';
import type { CommonOptions, OptimizerParameters } from './parameter-groups';
import type { Scheduled } from './schedule';
import { SteppedOptimizer } from './stepped-optimizer';
import type { StepFacts, UpdateRule } from './stepped-optimizer';

/** Options of `optim.sgd`. */
export interface SgdOptions extends CommonOptions, MomentumOptions {
  /** λ of the penalty λ/2·|p|² (default 0): λ·p is added to the gradient before the momentum. */
  readonly weightDecay?: Scheduled;
}

const optionNames = ['learningRate', 'momentum', 'dampening', 'nesterov', 'weightDecay'];

/**
 * Stochastic gradient descent with momentum, with PyTorch's rule: b ← momentum·b + (1 − dampening)·g, where b = g in
 * the first step; then p ← p − learningRate·b.
 *
 * @throws FulgurError `module` for Nesterov's momentum without momentum or with dampening, and for wrong parameters.
 */
export function sgd(parameters: OptimizerParameters<SgdOptions>, options: SgdOptions): Optimizer {
  const groups = settleGroups('sgd', parameters, { options, optionNames });
  for (const group of groups) checkMomentum('sgd', group.options);
  return new Sgd('sgd', groups, momentumSlots);
}

class Sgd extends SteppedOptimizer<SgdOptions> {
  protected ruleFor(options: SgdOptions, facts: StepFacts): UpdateRule {
    const { weightDecay = 0 } = options;
    const follow = momentumRule(options, this.slots, facts);
    const decay = facts.factor(weightDecay);
    return ({ name, parameter, gradient }) => {
      const direction = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(parameter, decay));
      return tf.sub(parameter, tf.mul(follow(name, direction), facts.learningRate));
    };
  }
}
