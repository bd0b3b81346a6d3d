import * as tf from '@tensorflow/tfjs-core';
import { holdUntil, repeatDraws } from '../engine';
import { withGradient } from './custom-gradient';

/**
 * Runs a function of an input and parameters and keeps only these for the backward pass, which recomputes everything
 * else that the gradients need. In a compiled step the values that depend on the parameters alone are not even
 * recomputed.
 */
export function recomputed<X extends tf.Tensor, T extends tf.Tensor>(
  input: X,
  parameters: readonly tf.Tensor[],
  run: (input: X, parameters: readonly tf.Tensor[]) => T,
): T {
  const again = repeatDraws();
  return withGradient<T>([input, ...parameters], () => ({
    value: run(input, parameters),
    saved: [input, ...parameters],
    gradient: (dy, [x, ...others]) =>
      gradientsWithin(() =>
        tf.grads((anew, ...same) => again(() => run(anew as X, same)))(
          [holdUntil(x as X, dy), ...others],
          dy,
        ),
      ),
  }));
}

/**
 * tfjs discards the tape after each gradient, including the outer tape if a gradient is taken within its backward pass.
 */
function gradientsWithin(take: () => tf.Tensor[]): tf.Tensor[] {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    return take();
  } finally {
    state.activeTape = outer;
  }
}
