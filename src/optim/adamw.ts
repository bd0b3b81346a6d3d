import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../contracts';
import { stepInput } from '../engine';
import { settleGroups } from './parameter-groups';
import type { CommonOptions, OptimizerParameters } from './parameter-groups';
import { SteppedOptimizer } from './stepped-optimizer';
import type { StepFacts, UpdateRule } from './stepped-optimizer';

export interface AdamWOptions extends CommonOptions {
  /** Decay of the mean and of the mean square of the gradients (default 0.9 and 0.999). */
  readonly betas?: readonly [number, number];
  /** Added to the root of the mean square (default 1e-8). */
  readonly epsilon?: number;
  /** Decay of the parameters themselves, times the learning rate (default 0.01). */
  readonly weightDecay?: number;
}

const MEAN_SLOT = 'exp_avg';
const SQUARE_SLOT = 'exp_avg_sq';

/**
 * Adam with weight decay apart from the gradient, by PyTorch's rule and with its defaults.
 *
 * Source: Loshchilov and Hutter, "Decoupled weight decay regularization" (2019), algorithm 2.
 *
 * @throws FulgurError `module` for wrong parameters.
 */
export function adamw(parameters: OptimizerParameters<AdamWOptions>, options: AdamWOptions): Optimizer {
  return new AdamW('adamw', settleGroups('adamw', parameters, options), () => [MEAN_SLOT, SQUARE_SLOT]);
}

class AdamW extends SteppedOptimizer<AdamWOptions> {
  protected ruleFor(options: AdamWOptions, { learningRate, updates }: StepFacts): UpdateRule {
    const { betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0.01 } = options;
    const [meanDecay, squareDecay] = betas;
    // Both averages start from zero; the corrections undo their bias towards it.
    const meanCorrection = stepInput(() => 1 / (1 - meanDecay ** (updates() + 1)));
    const rootCorrection = stepInput(() => 1 / Math.sqrt(1 - squareDecay ** (updates() + 1)));
    const stride = tf.mul(learningRate, meanCorrection);
    const kept = tf.sub(1, tf.mul(learningRate, weightDecay));

    return ({ name, parameter, gradient }) => {
      const mean = this.slots.of(MEAN_SLOT, name);
      const square = this.slots.of(SQUARE_SLOT, name);
      mean.assign(blend(mean, gradient, meanDecay));
      square.assign(blend(square, tf.square(gradient), squareDecay));
      const root = tf.add(tf.mul(tf.sqrt(square), rootCorrection), epsilon);
      return tf.sub(tf.mul(parameter, kept), tf.mul(tf.div(mean, root), stride));
    };
  }
}

function blend(old: tf.Tensor, fresh: tf.Tensor, kept: number): tf.Tensor {
  return tf.add(tf.mul(old, kept), tf.mul(fresh, 1 - kept));
}
