import * as tf from '@tensorflow/tfjs-core';
import { holdUntil } from '../engine';
import { withGradient } from './custom-gradient';

/**
 * What `run` makes of an input and a parameter, keeping no more than these two for the backward pass: what the gradients
 * need besides is computed anew there. In a compiled step nothing else is, and what depends on the parameter alone not
 * even that.
 */
export function recomputed<X extends tf.Tensor, P extends tf.Tensor, T extends tf.Tensor>(
  input: X,
  parameter: P,
  run: (input: X, parameter: P) => T,
): T {
  return withGradient<T>([input, parameter], () => ({
    value: run(input, parameter),
    saved: [input, parameter],
    gradient: (dy, [x, p]) =>
      gradientsWithin(() =>
        tf.grads((...inputs) => run(...(inputs as [X, P])))([holdUntil(x as X, dy), p as P], dy),
      ),
  }));
}

/** tfjs throws the tape away after each gradient: also the outer one's, where one is taken within its backward pass. */
function gradientsWithin(take: () => tf.Tensor[]): tf.Tensor[] {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    return take();
  } finally {
    state.activeTape = outer;
  }
}
