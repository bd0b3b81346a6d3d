import * as tf from '@tensorflow/tfjs-core';
import type { Gradients, TrainerOptions } from '../../contracts';
import { afterStep, stepInput } from '../../engine';
import { FulgurError } from '../../errors';
import { buffer, listNames } from '../../nn';
import type { Buffer } from '../../nn';

/**
 * Averages the gradients of several batches into those of one update. As in PyTorch, a parameter that the loss of any
 * of the batches reaches has a gradient; others have none.
 */
export class GradientAccumulator {
  readonly #sums: ReadonlyMap<string, Buffer>;
  readonly #batches: () => number;
  /** The parameters with a part of the next update's gradient. */
  readonly #begun = new Set<string>();

  /**
   * @param parameters all trainable parameters, by the names of their gradients.
   * @param batches returns the number of batches in the current update.
   */
  constructor(parameters: ReadonlyMap<string, tf.Variable>, batches: () => number) {
    this.#sums = new Map(
      [...parameters].map(([name, { shape }]) => [name, buffer(tf.zeros(shape))] as const),
    );
    this.#batches = batches;
  }

  /** Adds the gradients of a batch that is not the last one of its update; traced. */
  add(gradients: Gradients): void {
    tf.tidy(() => {
      const share = stepInput(() => 1 / this.#batches());
      for (const [name, gradient] of gradients) {
        this.#sums.get(name)?.assign(this.#with(name, gradient, share));
      }
    });
    afterStep(() => {
      for (const name of gradients.keys()) this.#begun.add(name);
    });
  }

  /** Returns the mean gradients including those of the last batch, and restarts the sums; traced. */
  take(gradients: Gradients): Gradients {
    const others = this.#begunBut(gradients);
    const share = stepInput(() => {
      requireSame(others, this.#begunBut(gradients));
      return 1 / this.#batches();
    });
    const means = new Map<string, tf.Tensor>();
    for (const name of new Set([...this.#sums.keys(), ...gradients.keys()])) {
      const gradient = gradients.get(name);
      const sum = this.#sums.get(name);
      if (gradient !== undefined) means.set(name, this.#with(name, gradient, share));
      else if (sum !== undefined && others.includes(name)) means.set(name, tf.clone(sum));
    }
    share.dispose();
    this.#clear();
    afterStep(() => {
      this.#begun.clear();
    });
    return means;
  }

  /** Discards the sums. */
  reset(): void {
    this.#clear();
    this.#begun.clear();
  }

  dispose(): void {
    for (const sum of this.#sums.values()) sum.dispose();
  }

  #clear(): void {
    for (const sum of this.#sums.values()) tf.tidy(() => sum.assign(tf.zeros(sum.shape)));
  }

  #begunBut(gradients: Gradients): string[] {
    return [...this.#begun].filter((name) => !gradients.has(name)).sort();
  }

  /** The number of batches, and thus the weight of a batch, may change from epoch to epoch. */
  #with(name: string, gradient: tf.Tensor, share: tf.Scalar): tf.Tensor {
    const own = tf.mul(gradient, share);
    const sum = this.#sums.get(name);
    return sum === undefined ? own : tf.add(sum, own);
  }
}

/** The set of gradients in an update is fixed when it is traced. */
function requireSame(traced: readonly string[], begun: readonly string[]): void {
  const differing = [...traced, ...begun].filter((name) => !traced.includes(name) || !begun.includes(name));
  if (differing.length === 0) return;
  throw new FulgurError('trainer', {
    what: `The batches of an update reach other parameters than in the update for which the step was traced: ${listNames(differing, differing)}.`,
    why: 'A compiled step determines at that time which parameters it updates.',
    fix: 'Reach the same parameters in all batches, for example by a term times 0, or set trainer.compile to false.',
  });
}

/** The limit of gradients, and the measure to which it applies. */
export interface ClippingRule {
  readonly limit: number;
  readonly algorithm: TrainerOptions['gradientClipAlgorithm'];
}

/** Prevents a division of the norm by 0, as in PyTorch. */
const EPSILON = 1e-6;

/**
 * Limits gradients: `norm` scales all of them by the same factor if their joint Euclidean norm is larger; `value` clips
 * each number to ±limit.
 *
 * Matches `torch.nn.utils.clip_grad_norm_` and `clip_grad_value_`.
 * Source: Pascanu et al., "On the difficulty of training recurrent neural networks" (2013), algorithm 1.
 */
export function clipGradients(gradients: Gradients, { limit, algorithm }: ClippingRule): Gradients {
  const entries = [...gradients];
  if (entries.length === 0) return gradients;
  if (algorithm === 'value') {
    return new Map(entries.map(([name, gradient]) => [name, tf.clipByValue(gradient, -limit, limit)]));
  }
  const norms = entries.map(([, gradient]) => tf.sqrt(tf.sum(tf.square(gradient))));
  const norm = tf.sqrt(tf.sum(tf.square(tf.stack(norms))));
  const scale = tf.minimum(tf.div(limit, tf.add(norm, EPSILON)), 1);
  return new Map(entries.map(([name, gradient]) => [name, tf.mul(gradient, scale)]));
}
