import * as tf from '@tensorflow/tfjs-core';

/** The sum of the numbers of each parameter: if it is not finite, neither is the parameter. */
export interface ParameterSums {
  readonly names: string[];
  readonly sums: tf.Tensor1D;
}

/**
 * Sums parameters in the compiled step. Their gradients are not enough: a NaN that pooling hides from the layers after
 * it may have a gradient of 0.
 */
export function sumParameters(parameters: ReadonlyMap<string, tf.Variable>): ParameterSums {
  const sums = [...parameters.values()].map((parameter) => tf.sum<tf.Scalar>(parameter));
  return { names: [...parameters.keys()], sums: tf.stack(sums) as tf.Tensor1D };
}

/** Returns the name of the first parameter that is not finite, if any, and disposes the sums. */
export async function brokenParameter(summed: ParameterSums | null): Promise<string | null> {
  if (summed === null) return null;
  const values = await summed.sums.data();
  summed.sums.dispose();
  return summed.names.find((_, index) => !Number.isFinite(values[index])) ?? null;
}
