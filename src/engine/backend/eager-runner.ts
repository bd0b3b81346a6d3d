import { fromNativeTensor, toNativeTensor } from '../native/native-tensors';
import type { HostValues } from '../native/native-tensors';
import type { NativeLibrary, NativePointer } from '../native/native-library';
import { checked, throwIfFailed } from '../native/status';
import { setAttributes } from './op-attributes';
import type { OpAttribute } from './op-attributes';

/** The shape and type of a value in native memory. */
export interface HandleFacts {
  readonly shape: number[];
  readonly dtype: number;
}

/** Runs operations and functions immediately, on handles. */
export class EagerRunner {
  constructor(
    private readonly library: NativeLibrary,
    private readonly context: NativePointer,
    /** The device of all operations; `null` lets TensorFlow choose. */
    private readonly device: string | null = null,
  ) {}

  /** Copies host values into native memory. */
  upload(shape: readonly number[], dataType: number, values: HostValues): NativePointer {
    const tensor = toNativeTensor(this.library, shape, dataType, values);
    try {
      return checked(
        this.library,
        (status) => this.library['TFE_NewTensorHandle']!(tensor, status) as NativePointer,
      );
    } finally {
      this.library['TF_DeleteTensor']!(tensor);
    }
  }

  /** Copies a value to host memory. */
  download(handle: NativePointer): unknown {
    const dataType = Number(this.library['TFE_TensorHandleDataType']!(handle));
    const tensor = checked(
      this.library,
      (status) => this.library['TFE_TensorHandleResolve']!(handle, status) as NativePointer,
    );
    try {
      return fromNativeTensor(this.library, tensor, dataType);
    } finally {
      this.library['TF_DeleteTensor']!(tensor);
    }
  }

  facts(handle: NativePointer): HandleFacts {
    return checked(this.library, (status) => {
      const rank = Number(this.library['TFE_TensorHandleNumDims']!(handle, status));
      const shape = Array.from({ length: rank }, (_, axis) =>
        Number(this.library['TFE_TensorHandleDim']!(handle, axis, status)),
      );
      return { shape, dtype: Number(this.library['TFE_TensorHandleDataType']!(handle)) };
    });
  }

  release(handle: NativePointer): void {
    this.library['TFE_DeleteTensorHandle']!(handle);
  }

  /** Runs one operation on this thread. */
  run(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly NativePointer[],
    outputs: number,
  ): NativePointer[] {
    return checked(this.library, (status) => {
      const operation = this.#prepare(name, attributes, inputs);
      try {
        const results: NativePointer[] = new Array<NativePointer>(outputs).fill(null);
        const count = [outputs];
        this.library['TFE_Execute']!(operation, results, count, status);
        throwIfFailed(this.library, status);
        return results.slice(0, count[0]);
      } finally {
        this.library['TFE_DeleteOp']!(operation);
      }
    });
  }

  /** Runs one operation or function off the JavaScript thread. */
  async runAsync(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly NativePointer[],
    outputs: number,
  ): Promise<NativePointer[]> {
    const operation = this.#prepare(name, attributes, inputs);
    const status: NativePointer = this.library['TF_NewStatus']!();
    const results: NativePointer[] = new Array<NativePointer>(outputs).fill(null);
    try {
      await new Promise<void>((resolve, reject) => {
        this.library['TFE_Execute']!.async(operation, results, [outputs], status, (error: Error | null) => {
          if (error === null) resolve();
          else reject(error);
        });
      });
      throwIfFailed(this.library, status);
      return results;
    } finally {
      this.library['TF_DeleteStatus']!(status);
      this.library['TFE_DeleteOp']!(operation);
    }
  }

  #prepare(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly NativePointer[],
  ): NativePointer {
    return checked(this.library, (status) => {
      const operation: NativePointer = this.library['TFE_NewOp']!(this.context, name, status);
      throwIfFailed(this.library, status);
      try {
        if (this.device !== null) this.library['TFE_OpSetDevice']!(operation, this.device, status);
        setAttributes(this.library, 'TFE_OpSetAttr', operation, attributes);
        for (const input of inputs) this.library['TFE_OpAddInput']!(operation, input, status);
        throwIfFailed(this.library, status);
      } catch (error) {
        this.library['TFE_DeleteOp']!(operation);
        throw error;
      }
      return operation;
    });
  }
}
