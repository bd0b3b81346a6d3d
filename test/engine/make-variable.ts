import * as tf from '@tensorflow/tfjs-core';

/** A variable that owns its value: `tf.variable` leaves the initial tensor to the caller. */
export function makeVariable<R extends tf.Rank>(initial: tf.Tensor<R>): tf.Variable<R> {
  const variable = tf.variable(initial);
  initial.dispose();
  return variable;
}
