import * as tf from '@tensorflow/tfjs-core';
import { backendName } from './backend/fulgur-backend';
import { currentEngine } from './current-engine';
import { dataTypes } from './native/data-types';

/**
 * Copies values to a tensor at once, so that their memory may be refilled. `tf.tensor` copies them later, and JavaScript
 * memory for a copy in between would have to be collected again in every step.
 *
 * @throws FulgurError `engine` before `start()`
 */
export function copyToTensor<R extends tf.Rank>(values: Float32Array, shape: tf.ShapeMap[R]): tf.Tensor<R> {
  const { binding, backend } = currentEngine();
  // Another backend of tfjs keeps the array that it is given.
  if (tf.getBackend() !== backendName) return tf.tensor(values.slice(), shape, 'float32');
  if (tf.util.sizeFromShape(shape) !== values.length) {
    throw new RangeError(`${values.length} values do not fill a tensor of shape [${shape.join(', ')}]`);
  }
  const id = binding.upload(shape, dataTypes.float32, values);
  return backend.wrap({ id, shape, dtype: dataTypes.float32 }) as tf.Tensor<R>;
}
