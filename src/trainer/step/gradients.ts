import * as tf from '@tensorflow/tfjs-core';
import type { Gradients, TrainerOptions } from '../../contracts';
import { afterStep, stepInput } from '../../engine';
import { FulgurError } from '../../errors';
import { buffer, listNames } from '../../nn';
import type { Buffer } from '../../nn';

/**
 * Sums the gradients of several batches to the mean that one update takes. As in PyTorch, a parameter that one of them
 * reaches has a gradient; one that none of them reaches has none.
 */
export class GradientAccumulator {
  readonly #sums: ReadonlyMap<string, Buffer>;
  readonly #batches: () => number;
  /** Parameters with a part of the next update's gradient. */
  readonly #begun = new Set<string>();

  /**
   * @param parameters all that may be trained, by the names that gradients have.
   * @param batches how many make the current update.
   */
  constructor(parameters: ReadonlyMap<string, tf.Variable>, batches: () => number) {
    this.#sums = new Map(
      [...parameters].map(([name, { shape }]) => [name, buffer(tf.zeros(shape))] as const),
    );
    this.#batches = batches;
  }

  /** Keeps the gradients of a batch that more batches follow; to be traced. */
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

  /** The mean gradients with those of the last batch, from which on sums begin anew; to be traced. */
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

  /** Forgets what was kept. */
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

  /** The number of batches, and so a batch's share, may change from epoch to epoch. */
  #with(name: string, gradient: tf.Tensor, share: tf.Scalar): tf.Tensor {
    const own = tf.mul(gradient, share);
    const sum = this.#sums.get(name);
    return sum === undefined ? own : tf.add(sum, own);
  }
}

/** Which gradients an update has is fixed when it is traced. */
function requireSame(traced: readonly string[], begun: readonly string[]): void {
  const differing = [...traced, ...begun].filter((name) => !traced.includes(name) || !begun.includes(name));
  if (differing.length === 0) return;
  throw new FulgurError('trainer', {
    what: `The batches of an update reach other parameters than those of the update for which the step was traced: ${listNames(differing, differing)}.`,
    why: 'Which parameters a compiled step updates is settled then.',
    fix: 'Reach the same parameters in all batches, for example by a term times 0, or set trainer.compile to false.',
  });
}

/** How far gradients may reach, and in which measure. */
export interface ClippingRule {
  readonly limit: number;
  readonly algorithm: TrainerOptions['gradientClipAlgorithm'];
}

/** Keeps PyTorch's division by the norm from 0. */
const EPSILON = 1e-6;

/**
 * Keeps gradients within a limit: `norm` scales all of them alike where their Euclidean norm, taken together, is
 * longer; `value` cuts each number to ±limit.
 *
 * Numbers as `torch.nn.utils.clip_grad_norm_` and `clip_grad_value_`.
 *
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
