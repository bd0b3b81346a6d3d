import './before-tfjs';
import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend';
import type { TFJSBinding, TensorMetadata } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import type { Binding } from './binding';

/** The name under which tfjs-node registers its kernels. */
export const backendName = 'tensorflow';

/** What tfjs-node keeps of each tensor; `values` are host values that have not been uploaded yet. */
interface TensorRecord {
  id: number;
  readonly shape: number[];
  readonly dtype: number;
  values: unknown;
}

/** The parts of tfjs-node's backend that its type declarations keep to themselves. */
interface KernelBackendParts {
  readonly tensorMap: { get(dataId: object): TensorRecord };
  createOutputTensor(metadata: TensorMetadata): Tensor;
  getInputTensorIds(tensors: readonly Tensor[]): number[];
}

/** tfjs-node's kernels over the engine's binding. */
export class FulgurBackend extends NodeJSKernelBackend {
  readonly #binding: Binding;

  constructor(binding: Binding) {
    super(binding as unknown as TFJSBinding, '@tensorflow/tfjs-node-gpu');
    this.#binding = binding;
    const parts = this as unknown as KernelBackendParts;
    const inputIds = parts.getInputTensorIds.bind(parts);
    Object.assign(parts, {
      getInputTensorIds: (tensors: readonly Tensor[]) => {
        if (binding.trace !== null) for (const tensor of tensors) this.#settle(tensor);
        return inputIds(tensors);
      },
    });
  }

  // While tracing, new values become constants at once: what is still waiting for its upload then is from outside.
  override write(values: never, shape: number[], dtype: DataType): object {
    const dataId = super.write(values, shape, dtype);
    if (this.#binding.trace !== null && dtype !== 'complex64') {
      const record = this.#record(dataId);
      record.id = this.#binding.createTensor(record.shape, record.dtype, values);
      record.values = null;
    }
    return dataId;
  }

  /** The engine's id of a tensor, uploading it first where its values still wait on the host. */
  idOf(tensor: Tensor): number {
    this.#settle(tensor);
    return this.#record(tensor.dataId).id;
  }

  /** A tfjs tensor for a value or symbol that the binding has adopted. */
  wrap(metadata: TensorMetadata): Tensor {
    return (this as unknown as KernelBackendParts).createOutputTensor(metadata);
  }

  /** A tensor with the same memory under an id of its own; it is made at once, also for a trace to come. */
  alias(tensor: Tensor): Tensor {
    const [handle] = this.#binding.eager.run('Identity', [], [this.#binding.handleOf(this.idOf(tensor))], 1);
    return this.wrap(this.#binding.adopt(handle));
  }

  #settle(tensor: Tensor): void {
    // tfjs-node passes 64-bit scalars that are no tensors; its own code makes constants of them.
    if (typeof tensor.dataId !== 'object') return;
    const record = this.#record(tensor.dataId);
    if (record.values === null || record.values === undefined) return;
    record.id = this.#binding.upload(record.shape, record.dtype, record.values);
    record.values = null;
  }

  #record(dataId: object): TensorRecord {
    return (this as unknown as KernelBackendParts).tensorMap.get(dataId);
  }
}
