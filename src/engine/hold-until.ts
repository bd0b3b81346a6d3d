import * as tf from '@tensorflow/tfjs-core';
import type { TensorMetadata } from './backend/node-kernels';
import { currentEngine } from './current-engine';

/**
 * Returns `x`, for operations that must not start before `event` has its value. TensorFlow starts every operation as
 * soon as its inputs exist: values that a gradient recomputes from saved ones would already be computed in the forward
 * pass, and fill memory until then. No value flows from `event`. Not differentiable: for use in gradients.
 */
export function holdUntil<T extends tf.Tensor>(x: T, event: tf.Tensor): T {
  const { binding, backend } = currentEngine();
  const { trace } = binding;
  if (trace === null) return tf.clone(x);
  const after = binding.symbolOf(trace, backend.idOf(event));
  const [held] = binding.record(trace, 'Identity', [], [backend.idOf(x)], 1, [after]);
  return backend.wrap(held as TensorMetadata) as T;
}
