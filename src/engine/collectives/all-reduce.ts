import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { currentEngine } from '../current-engine';
import { runOp } from '../run-op';

/** All ranks form one group. */
const GROUP = 1;

let instances = 0;

/**
 * Returns the sum, or the mean, of a tensor over all ranks; every rank gets the same bits. All ranks must call it in
 * the same order and with the same shape and type (float32 or int32). In a compiled function it is one operation of the
 * step. Without a cluster it returns the tensor. It has no gradient.
 *
 * Operation: TensorFlow's `CollectiveReduceV2`, a ring over gRPC on CPUs and NCCL on GPUs (the latter was never run).
 */
export function allReduce<T extends Tensor>(tensor: T, result: 'sum' | 'mean'): T {
  const { worldSize } = currentEngine().info;
  if (worldSize === 1) return tf.clone(tensor);
  const instance = ++instances;
  return tf.tidy(() => {
    const keys = [worldSize, GROUP, instance].map((key) => tf.scalar(key, 'int32'));
    const dtype = tensor.dtype as 'float32' | 'int32';
    const [reduced] = runOp(
      'CollectiveReduceV2',
      {
        T: { type: 'type', value: dtype },
        merge_op: { type: 'string', value: 'Add' },
        final_op: { type: 'string', value: result === 'mean' ? 'Div' : 'Id' },
        communication_hint: { type: 'string', value: 'auto' },
        timeout_seconds: { type: 'float', value: 0 },
        is_stateless: { type: 'bool', value: false },
        Nordering_token: { type: 'int', value: 0 },
        max_subdivs_per_device: { type: 'int', value: -1 },
      },
      [tensor, ...keys],
      1,
    );
    return reduced as T;
  });
}
