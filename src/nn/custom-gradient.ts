import * as tf from '@tensorflow/tfjs-core';

/** A result, what its gradient needs, and the gradient: from that of the result to one per input. */
export interface CustomResult<T extends tf.Tensor> {
  readonly value: T;
  /** Kept until the gradient is taken. */
  readonly saved?: tf.Tensor[];
  readonly gradient: (dy: T, saved: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
}

type Save = (tensors: tf.Tensor[]) => void;

/** Runs an operation that brings its own gradient; `tf.customGrad` with its types told. */
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
