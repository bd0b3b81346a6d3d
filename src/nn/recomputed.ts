import * as tf from '@tensorflow/tfjs-core';
import { holdUntil, repeatDraws } from '../engine';
import { withGradient } from './custom-gradient';

/**
 * What `run` makes of an input and parameters, keeping no more than these for the backward pass: what the gradients need
 * besides is computed anew there. In a compiled step nothing else is, and what depends on the parameters alone not even
 * that.
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
