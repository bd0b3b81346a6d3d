import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../contracts';
import { checkMomentum, momentumRule, momentumSlots } from './momentum';
import type { MomentumOptions } from './momentum';
import { settleGroups } from './parameter-groups';
import type { CommonOptions, OptimizerParameters } from './parameter-groups';
import { SteppedOptimizer } from './stepped-optimizer';
import type { StepFacts, UpdateRule } from './stepped-optimizer';

export interface LarsOptions extends CommonOptions, MomentumOptions {
  /** Weight decay (default 0). A group with 0 is not scaled layer by layer either: so biases and norms are left out. */
  readonly weightDecay?: number;
  /** Share of a layer's norm that one step may move it by (default 0.001). */
  readonly trustCoefficient?: number;
  /** Added to the divisor of the scale (default 1e-8). */
  readonly epsilon?: number;
}

/**
 * SGD whose direction is scaled per parameter by trust·|p| / (|g| + weightDecay·|p| + ε), as lightly's `LARS`.
 *
 * Source: You et al., "Large batch training of convolutional networks" (2017), equation 6.
 *
 * @example
 * const all = model.parameters();
 * optim.lars(
 *   [{ parameters: all.filter((p) => p.rank > 1) }, { parameters: all.filter((p) => p.rank <= 1), weightDecay: 0 }],
 *   { learningRate: 0.3, momentum: 0.9, weightDecay: 1e-6 },
 * );
 * @throws FulgurError `module` for Nesterov's momentum without momentum or with dampening, and for wrong parameters.
 */
export function lars(parameters: OptimizerParameters<LarsOptions>, options: LarsOptions): Optimizer {
  const groups = settleGroups('lars', parameters, options);
  for (const group of groups) checkMomentum('lars', group.options);
  return new Lars('lars', groups, momentumSlots);
}

class Lars extends SteppedOptimizer<LarsOptions> {
  protected ruleFor(options: LarsOptions, { learningRate, updates }: StepFacts): UpdateRule {
    const follow = momentumRule(options, this.slots, updates);
    return ({ name, parameter, gradient }) => {
      const direction = follow(name, scaled(parameter, gradient, options));
      return tf.sub(parameter, tf.mul(direction, learningRate));
    };
  }
}

/** The gradient with weight decay, scaled to its layer; the bare gradient where a norm is zero. */
function scaled(parameter: tf.Tensor, gradient: tf.Tensor, options: LarsOptions): tf.Tensor {
  const { weightDecay = 0, trustCoefficient = 0.001, epsilon = 1e-8 } = options;
  if (weightDecay === 0) return gradient;
  const norm = (tensor: tf.Tensor): tf.Scalar => tf.sqrt(tf.sum(tf.square(tensor)));
  const parameterNorm = norm(parameter);
  const gradientNorm = norm(gradient);
  const divisor = tf.add(tf.add(gradientNorm, tf.mul(parameterNorm, weightDecay)), epsilon);
  const scale = tf.mul(tf.div(parameterNorm, divisor), trustCoefficient);
  const isScaled = tf.greater(tf.mul(parameterNorm, gradientNorm), 0);
  const decayed = tf.add(
    gradient,
    tf.mul(parameter, tf.where(isScaled, tf.scalar(weightDecay), tf.scalar(0))),
  );
  return tf.mul(decayed, tf.where(isScaled, scale, tf.scalar(1)));
}
