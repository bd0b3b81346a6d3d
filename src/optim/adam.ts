import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../contracts';
import { stepInput } from '../engine';
import { settleGroups } from './parameter-groups';
import type { CommonOptions, OptimizerParameters, SettledGroup } from './parameter-groups';
import type { Scheduled } from './schedule';
import { SteppedOptimizer } from './stepped-optimizer';
import type { Factor, StepFacts, UpdateRule } from './stepped-optimizer';

/** Options of `optim.adam`. */
export interface AdamOptions extends CommonOptions {
  /** The decay of the mean and of the mean square of the gradients (default 0.9 and 0.999). */
  readonly betas?: readonly [Scheduled, Scheduled];
  /** Added to the root of the mean square (default 1e-8). */
  readonly epsilon?: Scheduled;
  /** λ of the penalty λ/2·|p|² (default 0): λ·p is added to the gradient before the averages. */
  readonly weightDecay?: Scheduled;
}

/** Options of `optim.adamW`. */
export interface AdamWOptions extends Omit<AdamOptions, 'weightDecay'> {
  /** The decay of the parameters themselves, multiplied by the learning rate (default 0.01). */
  readonly weightDecay?: Scheduled;
}

const MEAN_SLOT = 'exp_avg';
const SQUARE_SLOT = 'exp_avg_sq';
const slotNames = [MEAN_SLOT, SQUARE_SLOT];
const optionNames = ['learningRate', 'betas', 'epsilon', 'weightDecay'];

/**
 * Adam, with PyTorch's rule and defaults.
 *
 * Source: Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1.
 *
 * @throws FulgurError `module` for wrong parameters.
 */
export function adam(parameters: OptimizerParameters<AdamOptions>, options: AdamOptions): Optimizer {
  return new Adam('adam', settleGroups('adam', parameters, { options, optionNames }));
}

/**
 * Adam with weight decay separate from the gradient, with PyTorch's rule and defaults.
 *
 * Source: Loshchilov and Hutter, "Decoupled weight decay regularization" (2019), algorithm 2.
 *
 * @throws FulgurError `module` for wrong parameters.
 */
export function adamw(parameters: OptimizerParameters<AdamWOptions>, options: AdamWOptions): Optimizer {
  return new Adam('adamw', settleGroups('adamw', parameters, { options, optionNames }));
}

class Adam extends SteppedOptimizer<AdamOptions> {
  readonly #decaysApart: boolean;

  constructor(kind: 'adam' | 'adamw', groups: readonly SettledGroup<AdamOptions>[]) {
    super(kind, groups, () => slotNames);
    this.#decaysApart = kind === 'adamw';
  }

  protected ruleFor(options: AdamOptions, facts: StepFacts): UpdateRule {
    const { betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = this.#decaysApart ? 0.01 : 0 } = options;
    const { learningRate, updates, factor, valueOf } = facts;
    const [meanDecay, squareDecay] = betas;
    // Both averages start from zero; the corrections remove the bias that this causes.
    const meanCorrection = stepInput(() => 1 / (1 - valueOf(meanDecay) ** (updates() + 1)));
    const rootCorrection = stepInput(() => 1 / Math.sqrt(1 - valueOf(squareDecay) ** (updates() + 1)));
    const [meanKept, meanFresh] = [factor(meanDecay), factor(meanDecay, (kept) => 1 - kept)];
    const [squareKept, squareFresh] = [factor(squareDecay), factor(squareDecay, (kept) => 1 - kept)];
    const [added, decay] = [factor(epsilon), factor(weightDecay)];
    const stride = tf.mul(learningRate, meanCorrection);
    const kept = this.#decaysApart ? tf.sub(1, tf.mul(learningRate, decay)) : null;
    const isPenalized = !this.#decaysApart && weightDecay !== 0;

    return ({ name, parameter, gradient }) => {
      const mean = this.slots.of(MEAN_SLOT, name);
      const square = this.slots.of(SQUARE_SLOT, name);
      const direction = isPenalized ? tf.add(gradient, tf.mul(parameter, decay)) : gradient;
      mean.assign(blend(mean, meanKept, direction, meanFresh));
      square.assign(blend(square, squareKept, tf.square(direction), squareFresh));
      const root = tf.add(tf.mul(tf.sqrt(square), rootCorrection), added);
      const old = kept === null ? parameter : tf.mul(parameter, kept);
      return tf.sub(old, tf.mul(tf.div(mean, root), stride));
    };
  }
}

function blend(old: tf.Tensor, kept: Factor, fresh: tf.Tensor, taken: Factor): tf.Tensor {
  return tf.add(tf.mul(old, kept), tf.mul(fresh, taken));
}
