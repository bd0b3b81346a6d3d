import * as tf from '@tensorflow/tfjs-core';
import {
  RandomStream,
  ambientSeed,
  engineInfo,
  nextInitialisationStream,
  runOp,
  stepInput,
} from '../../engine';
import { FulgurError } from '../../errors';
import { Module } from '../module';
import { randomPosition } from '../random-position';

const attributes = {
  dtype: { type: 'type', value: 'float32' },
  T: { type: 'type', value: 'int32' },
  Tseed: { type: 'type', value: 'int32' },
} as const;

/**
 * In training sets each value to zero with the given probability and scales the others by 1 / (1 − probability);
 * in evaluation returns its input. Any shape.
 *
 * The mask is a function of seed, rank, layer, optimiser updates so far and calls since the last one: a resumed run
 * draws the same masks, and no two ranks do.
 *
 * Source: Srivastava et al., "Dropout" (2014), scaled as PyTorch's `nn.Dropout`.
 */
export class Dropout extends Module {
  readonly probability: number;
  // Layers are built in a fixed order, so this tells them apart alike in every process.
  readonly #layer = nextInitialisationStream().word();
  #position = -1;
  #calls = 0;

  constructor(probability = 0.5) {
    super();
    if (!(probability >= 0 && probability < 1)) {
      throw new FulgurError('module', {
        what: `Dropout got the probability ${probability}.`,
        fix: 'Give a number from 0 up to, and not including, 1.',
      });
    }
    this.probability = probability;
  }

  forward<T extends tf.Tensor>(x: T): T {
    if (!this.training || this.probability === 0) return x;
    return tf.tidy(() => {
      const shape = tf.tensor1d(x.shape, 'int32');
      const [uniform] = runOp('StatelessRandomUniform', attributes, [shape, this.#seed()], 1) as [tf.Tensor];
      const kept = tf.cast(tf.greaterEqual(uniform, this.probability), 'float32');
      return tf.mul<T>(x, tf.mul(kept, 1 / (1 - this.probability)));
    });
  }

  #seed(): tf.Tensor1D {
    const drawn = stepInput(() => this.#nextWord() | 0, 'int32');
    return tf.stack([drawn, tf.scalar(this.#layer | 0, 'int32')]) as tf.Tensor1D;
  }

  #nextWord(): number {
    const position = randomPosition();
    if (position !== this.#position) {
      this.#position = position;
      this.#calls = 0;
    }
    this.#calls += 1;
    // Far more ranks and calls than there are: the two halves of a word.
    const call = this.#calls + engineInfo().rank * 0x10000;
    return new RandomStream(ambientSeed(), 'step', [this.#layer, position, call]).word();
  }
}
