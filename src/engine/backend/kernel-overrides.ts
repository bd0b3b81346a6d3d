import * as tf from '@tensorflow/tfjs-core';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { Binding } from './binding';
import { backendName } from './fulgur-backend';
import type { FulgurBackend } from './fulgur-backend';
import { attributeKinds } from './op-attributes';

/** The arguments of every kernel. */
type Call = Parameters<KernelFunc>[0];

/** A kernel that replaces tfjs-node's own, which it may call. */
type Override = (call: Call, original: KernelFunc) => TensorInfo | TensorInfo[];

/**
 * Replaces kernels of tfjs-node that return wrong numbers with this TensorFlow, or different ones from call to call, or
 * that cannot be traced.
 */
export function overrideKernels(binding: Binding, backend: FulgurBackend): void {
  const overrides: Readonly<Record<string, Override>> = {
    // TensorFlow's Round returns zeros for int32 on the CPU.
    [tf.Round]: (call, original) =>
      call.inputs['x']!.dtype === 'int32' ? tf.clone(call.inputs['x'] as tf.Tensor) : original(call),

    // TensorFlow's AddN starts with the summand whose memory is free first, so its rounding depends on timing.
    [tf.AddN]: ({ inputs }) => {
      const [first, ...rest] = Object.values(inputs) as tf.Tensor[];
      return tf.tidy(() => rest.reduce((sum, summand) => tf.add(sum, summand), tf.clone(first!)));
    },

    // tfjs-node casts the values to float32 but still announces their original type, which TensorFlow rejects.
    [tf.Mean]: (call, original) => {
      const x = call.inputs['x'] as tf.Tensor;
      if (x.dtype === 'float32') return original(call);
      return tf.tidy(() => original({ ...call, inputs: { x: tf.cast(x, 'float32') } }) as tf.Tensor);
    },

    // tfjs-node reads the indices to check them; a symbol has no values, and TensorFlow checks them at each call.
    [tf.GatherV2]: (call, original) => {
      if (binding.trace === null) return original(call);
      const { x, indices } = call.inputs as { x: tf.Tensor; indices: tf.Tensor };
      const { axis, batchDims } = call.attrs as unknown as { axis: number; batchDims: number };
      const attribute = { name: 'batch_dims', type: attributeKinds.int, value: batchDims };
      return tf.tidy(() => {
        const ids = [x, indices, tf.scalar(axis, 'int32')].map((tensor) => backend.idOf(tensor));
        return backend.wrap(binding.executeOp(tf.GatherV2, [attribute], ids, 1)[0]!);
      });
    },
  };
  for (const [kernelName, override] of Object.entries(overrides)) replace(kernelName, override);
}

function replace(kernelName: string, override: Override): void {
  const original = tf.getKernel(kernelName, backendName);
  // tfjs warns about a kernel that is registered over another.
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...original, kernelFunc: (call) => override(call, original.kernelFunc) });
}
