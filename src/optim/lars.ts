import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../contracts';
import { checkMomentum, momentumRule, momentumSlots } from './momentum';
import type { MomentumOptions } from './momentum';
import { settleGroups } from './parameter-groups';
import type { CommonOptions, OptimizerParameters } from './parameter-groups';
import type { Scheduled } from './schedule';
import { SteppedOptimizer } from './stepped-optimizer';
import type { StepFacts, UpdateRule } from './stepped-optimizer';

/** Options of `optim.lars`. */
export interface LarsOptions extends CommonOptions, MomentumOptions {
  /**
   * Weight decay (default 0). A group with 0 is also not scaled layer by layer, which is how biases and norms are
   * excluded.
   */
  readonly weightDecay?: Scheduled;
  /** The fraction of a layer's norm by which one step may move it (default 0.001). */
  readonly trustCoefficient?: Scheduled;
  /** Added to the divisor of the scale (default 1e-8). */
  readonly epsilon?: Scheduled;
}

const optionNames = [
  ...['learningRate', 'momentum', 'dampening', 'nesterov', 'weightDecay'],
  ...['trustCoefficient', 'epsilon'],
];

/**
 * SGD whose direction is scaled per parameter by trust·|p| / (|g| + weightDecay·|p| + ε), as in lightly's `LARS`.
 *
 * Source: You et al., "Large batch training of convolutional networks" (2017), equation 6.
 *
 * @example
 * optim.lars(optim.noDecay(model), { learningRate: 0.3, momentum: 0.9, weightDecay: 1e-6 });
 * @throws FulgurError `module` for Nesterov's momentum without momentum or with dampening, and for wrong parameters.
 */
export function lars(parameters: OptimizerParameters<LarsOptions>, options: LarsOptions): Optimizer {
  const groups = settleGroups('lars', parameters, { options, optionNames });
  for (const group of groups) checkMomentum('lars', group.options);
  return new Lars('lars', groups, momentumSlots);
}

class Lars extends SteppedOptimizer<LarsOptions> {
  protected ruleFor(options: LarsOptions, facts: StepFacts): UpdateRule {
    const follow = momentumRule(options, this.slots, facts);
    const scaled = scalingOf(options, facts);
    return ({ name, parameter, gradient }) => {
      const direction = follow(name, scaled(parameter, gradient));
      return tf.sub(parameter, tf.mul(direction, facts.learningRate));
    };
  }
}

type Scaling = (parameter: tf.Tensor, gradient: tf.Tensor) => tf.Tensor;

/**
 * Returns the gradient with weight decay, scaled to its layer; the plain gradient if a norm or the weight decay is
 * zero.
 */
function scalingOf(options: LarsOptions, { factor }: StepFacts): Scaling {
  const { weightDecay = 0, trustCoefficient = 0.001, epsilon = 1e-8 } = options;
  if (weightDecay === 0) return (_, gradient) => gradient;
  const norm = (tensor: tf.Tensor): tf.Scalar => tf.sqrt(tf.sum(tf.square(tensor)));
  const [decay, trust, added] = [factor(weightDecay), factor(trustCoefficient), factor(epsilon)];
  const decayScalar = typeof decay === 'number' ? tf.scalar(decay) : decay;
  return (parameter, gradient) => {
    const parameterNorm = norm(parameter);
    const gradientNorm = norm(gradient);
    const divisor = tf.add(tf.add(gradientNorm, tf.mul(parameterNorm, decay)), added);
    const scale = tf.mul(tf.div(parameterNorm, divisor), trust);
    const hasNorms = tf.greater(tf.mul(parameterNorm, gradientNorm), 0);
    const isScaled = typeof decay === 'number' ? hasNorms : tf.logicalAnd(hasNorms, tf.notEqual(decay, 0));
    const decayed = tf.add(gradient, tf.mul(parameter, tf.where(isScaled, decayScalar, tf.scalar(0))));
    return tf.mul(decayed, tf.where(isScaled, scale, tf.scalar(1)));
  };
}
