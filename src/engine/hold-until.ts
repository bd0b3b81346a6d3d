import * as tf from '@tensorflow/tfjs-core';
import type { TensorMetadata } from './backend/node-kernels';
import { currentEngine } from './current-engine';

/**
 * `x`, for operations that shall not begin before `event` has its value. TensorFlow begins whatever has its inputs: what a
 * gradient computes again from saved values would be computed in the forward pass already, and fill memory until then.
 * Nothing flows from `event`. Not differentiable: for use in gradients.
 */
export function holdUntil<T extends tf.Tensor>(x: T, event: tf.Tensor): T {
  const { binding, backend } = currentEngine();
  const { trace } = binding;
  if (trace === null) return tf.clone(x);
  const after = binding.symbolOf(trace, backend.idOf(event));
  const [held] = binding.record(trace, 'Identity', [], [backend.idOf(x)], 1, [after]);
  return backend.wrap(held as TensorMetadata) as T;
}
