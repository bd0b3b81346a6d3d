import * as tf from '@tensorflow/tfjs-core';

/**
 * The result of an operation, the tensors that its gradient needs, and the gradient: a function from the gradient of
 * the result to one per input.
 */
export interface CustomResult<T extends tf.Tensor> {
  readonly value: T;
  /** Kept until the gradient is computed. */
  readonly saved?: tf.Tensor[];
  readonly gradient: (dy: T, saved: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
}

type Save = (tensors: tf.Tensor[]) => void;

/** Runs an operation with its own gradient: `tf.customGrad` with exact types. */
export function withGradient<T extends tf.Tensor>(
  inputs: readonly tf.Tensor[],
  run: () => CustomResult<T>,
): T {
  const differentiable = tf.customGrad<T>((...inputsAndSave) => {
    const save = inputsAndSave.at(-1) as Save;
    const { value, saved = [], gradient } = run();
    save(saved);
    return { value, gradFunc: gradient };
  });
  return differentiable(...inputs);
}
