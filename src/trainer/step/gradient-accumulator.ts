import * as tf from '@tensorflow/tfjs-core';
import type { Gradients } from '../../contracts';
import { stepInput } from '../../engine';
import { buffer } from '../../nn';
import type { Buffer, ParameterList } from '../../nn';

/** Sums the gradients of several batches to the mean that one update takes. */
export class GradientAccumulator {
  readonly #sums: ReadonlyMap<string, Buffer>;
  readonly #batches: () => number;

  /** @param batches how many make the update at hand. */
  constructor(parameters: ParameterList, batches: () => number) {
    this.#sums = new Map(
      parameters.entries().map(([name, { shape }]) => [name, buffer(tf.zeros(shape))] as const),
    );
    this.#batches = batches;
  }

  /** Keeps the gradients of a batch that more batches follow; to be traced. */
  add(gradients: Gradients): void {
    tf.tidy(() => {
      const share = this.#share();
      for (const [name, gradient] of gradients) {
        this.#sums.get(name)?.assign(this.#with(name, gradient, share));
      }
    });
  }

  /** The mean gradients with those of the last batch, from which on sums begin anew; to be traced. */
  take(gradients: Gradients): Gradients {
    const share = this.#share();
    const means = new Map(
      [...gradients].map(([name, gradient]) => [name, this.#with(name, gradient, share)]),
    );
    share.dispose();
    this.reset();
    return means;
  }

  /** Forgets what was kept. */
  reset(): void {
    for (const sum of this.#sums.values()) tf.tidy(() => sum.assign(tf.zeros(sum.shape)));
  }

  dispose(): void {
    for (const sum of this.#sums.values()) sum.dispose();
  }

  /** The number of batches may change from epoch to epoch. */
  #share(): tf.Scalar {
    return stepInput(() => 1 / this.#batches());
  }

  #with(name: string, gradient: tf.Tensor, share: tf.Scalar): tf.Tensor {
    const own = tf.mul(gradient, share);
    const sum = this.#sums.get(name);
    return sum === undefined ? own : tf.add(sum, own);
  }
}
