import * as tf from '@tensorflow/tfjs-core';

/** The sum of the numbers of each parameter, which is not finite if one of them is not. */
export interface ParameterSums {
  readonly names: string[];
  readonly sums: tf.Tensor1D;
}

/**
 * Sums parameters in the compiled step. Their gradients are not enough: a NaN that pooling hides from the layers after
 * it may have a gradient of 0.
 */
export function sumParameters(parameters: ReadonlyMap<string, tf.Variable>): ParameterSums | null {
  if (parameters.size === 0) return null;
  const sums = [...parameters.values()].map((parameter) => tf.sum<tf.Scalar>(parameter));
  return { names: [...parameters.keys()], sums: tf.stack(sums) as tf.Tensor1D };
}

/** Returns the name of the first parameter that is not finite, if any, and disposes the sums. */
export async function brokenParameter(
  summed: ParameterSums | null,
  parameters: () => ReadonlyMap<string, tf.Variable>,
): Promise<string | null> {
  if (summed === null) return null;
  const sums = await summed.sums.data();
  summed.sums.dispose();
  const suspects = summed.names.filter((_, index) => !Number.isFinite(sums[index]));
  for (const name of suspects) {
    // The sum of large numbers may overflow.
    const values = (await parameters().get(name)?.data()) as Float32Array | undefined;
    if (values?.every(Number.isFinite) !== true) return name;
  }
  return null;
}
