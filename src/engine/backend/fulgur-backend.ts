import './before-tfjs';
import { engine } from '@tensorflow/tfjs-core';
import type { DataType, KernelBackend, Tensor } from '@tensorflow/tfjs-core';
import { FulgurError } from '../../errors';
import type { Binding } from './binding';
import { NodeJSKernelBackend } from './node-kernels';
import type { TFJSBinding, TensorMetadata } from './node-kernels';

/** The name under which tfjs-node registers its kernels. */
export const backendName = 'tensorflow';

/** The data that tfjs-node keeps of each tensor; `values` are host values that have not been uploaded yet. */
interface TensorRecord {
  id: number;
  readonly shape: number[];
  readonly dtype: number;
  values: unknown;
}

/** The parts of tfjs-node's backend that its type declarations hide. */
interface KernelBackendParts {
  readonly tensorMap: { get(dataId: object): TensorRecord; has(dataId: object): boolean };
  createOutputTensor(metadata: TensorMetadata): Tensor;
  getInputTensorIds(tensors: readonly Tensor[]): number[];
}

/** tfjs-node's kernels on the engine's binding. */
export class FulgurBackend extends NodeJSKernelBackend {
  readonly #binding: Binding;
  /** The function during whose trace a tensor was made. */
  readonly #origins = new WeakMap<object, string>();

  constructor(binding: Binding) {
    super(binding as unknown as TFJSBinding, '@tensorflow/tfjs-node-gpu');
    this.#binding = binding;
    const parts = this as unknown as KernelBackendParts;
    const inputIds = parts.getInputTensorIds.bind(parts);
    const createOutput = parts.createOutputTensor.bind(parts);
    Object.assign(parts, {
      getInputTensorIds: (tensors: readonly Tensor[]) => {
        for (const tensor of tensors) this.#requireAlive(tensor);
        if (binding.trace !== null) for (const tensor of tensors) this.#settle(tensor);
        return inputIds(tensors);
      },
      createOutputTensor: (metadata: TensorMetadata) => {
        const made = createOutput(metadata);
        if (binding.trace !== null) this.#origins.set(made.dataId, binding.trace.name);
        return made;
      },
    });
    // A tensor that is not in the map is looked up in tfjs, which knows nothing of a disposed tensor.
    Object.assign(parts.tensorMap, {
      dataMover: {
        moveData: (backend: KernelBackend, dataId: object) => {
          if (!engine().state.tensorInfo.has(dataId)) throw this.#gone(dataId, 'A tensor');
          engine().moveData(backend, dataId);
        },
      },
    });
  }

  // While tracing, new values become constants at once: values that still wait for their upload then come from outside.
  override write(values: never, shape: number[], dtype: DataType): object {
    const dataId = super.write(values, shape, dtype);
    if (this.#binding.trace !== null && dtype !== 'complex64') {
      const record = this.#record(dataId);
      record.id = this.#binding.createTensor(record.shape, record.dtype, values);
      record.values = null;
    }
    return dataId;
  }

  /** Returns the engine's id of a tensor, and uploads it first if its values are still on the host. */
  idOf(tensor: Tensor): number {
    this.#requireAlive(tensor);
    this.#settle(tensor);
    return this.#record(tensor.dataId).id;
  }

  /** Returns a tfjs tensor for a value or symbol that the binding has adopted. */
  wrap(metadata: TensorMetadata): Tensor {
    return (this as unknown as KernelBackendParts).createOutputTensor(metadata);
  }

  /** Returns a tensor with the same memory under its own id; it is made at once, even for a later trace. */
  alias(tensor: Tensor): Tensor {
    const [handle] = this.#binding.eager.run('Identity', [], [this.#binding.handleOf(this.idOf(tensor))], 1);
    return this.wrap(this.#binding.adopt(handle));
  }

  #settle(tensor: Tensor): void {
    // tfjs-node passes 64-bit scalars that are not tensors; its own code makes constants of them.
    if (typeof tensor.dataId !== 'object') return;
    const record = this.#record(tensor.dataId);
    if (record.values === null || record.values === undefined) return;
    record.id = this.#binding.upload(record.shape, record.dtype, record.values);
    record.values = null;
  }

  /** @throws FulgurError `trace` for a tensor whose value is gone. */
  #requireAlive(tensor: Tensor): void {
    const { dataId, dtype, shape } = tensor;
    if (typeof dataId !== 'object' || engine().state.tensorInfo.has(dataId)) return;
    throw this.#gone(dataId, `A ${dtype} tensor of shape [${shape.join(', ')}]`);
  }

  #gone(dataId: object, subject: string): FulgurError {
    const origin = this.#origins.get(dataId);
    if (origin === undefined) {
      return new FulgurError('trace', {
        what: `${subject} is used after it was disposed.`,
        fix: 'Dispose it later, tf.keep() it inside tf.tidy(), or clone() a tensor that other code disposes.',
      });
    }
    return new FulgurError('trace', {
      what: `${subject} that was made while '${origin}' was being traced is used outside it, where it has no value.`,
      fix: 'Return it from the traced function and use the result of the call.',
    });
  }

  #record(dataId: object): TensorRecord {
    return (this as unknown as KernelBackendParts).tensorMap.get(dataId);
  }
}
