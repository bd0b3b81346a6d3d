import { fromNativeTensor, toNativeTensor } from '../native/native-tensors';
import type { HostValues } from '../native/native-tensors';
import type { NativeLibrary, Pointer } from '../native/native-library';
import { checked, throwIfFailed } from '../native/status';
import { setAttributes } from './op-attributes';
import type { OpAttribute } from './op-attributes';

/** The shape and type of a value in native memory. */
export interface HandleFacts {
  readonly shape: number[];
  readonly dtype: number;
}

/** Runs operations and functions at once, on handles. */
export class EagerRunner {
  constructor(
    private readonly library: NativeLibrary,
    private readonly context: Pointer,
    /** Where everything runs; `null` leaves it to TensorFlow. */
    private readonly device: string | null = null,
  ) {}

  /** Copies host values into native memory. */
  upload(shape: readonly number[], dataType: number, values: HostValues): Pointer {
    const tensor = toNativeTensor(this.library, shape, dataType, values);
    try {
      return checked(
        this.library,
        (status) => this.library['TFE_NewTensorHandle']!(tensor, status) as Pointer,
      );
    } finally {
      this.library['TF_DeleteTensor']!(tensor);
    }
  }

  /** Copies a value to host memory. */
  download(handle: Pointer): unknown {
    const dataType = Number(this.library['TFE_TensorHandleDataType']!(handle));
    const tensor = checked(
      this.library,
      (status) => this.library['TFE_TensorHandleResolve']!(handle, status) as Pointer,
    );
    try {
      return fromNativeTensor(this.library, tensor, dataType);
    } finally {
      this.library['TF_DeleteTensor']!(tensor);
    }
  }

  facts(handle: Pointer): HandleFacts {
    return checked(this.library, (status) => {
      const rank = Number(this.library['TFE_TensorHandleNumDims']!(handle, status));
      const shape = Array.from({ length: rank }, (_, axis) =>
        Number(this.library['TFE_TensorHandleDim']!(handle, axis, status)),
      );
      return { shape, dtype: Number(this.library['TFE_TensorHandleDataType']!(handle)) };
    });
  }

  release(handle: Pointer): void {
    this.library['TFE_DeleteTensorHandle']!(handle);
  }

  /** Runs one operation on this thread. */
  run(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly Pointer[],
    outputs: number,
  ): Pointer[] {
    return checked(this.library, (status) => {
      const operation = this.#prepare(name, attributes, inputs);
      try {
        const results: Pointer[] = new Array<Pointer>(outputs).fill(null);
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
    inputs: readonly Pointer[],
    outputs: number,
  ): Promise<Pointer[]> {
    const operation = this.#prepare(name, attributes, inputs);
    const status: Pointer = this.library['TF_NewStatus']!();
    const results: Pointer[] = new Array<Pointer>(outputs).fill(null);
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

  #prepare(name: string, attributes: readonly OpAttribute[], inputs: readonly Pointer[]): Pointer {
    return checked(this.library, (status) => {
      const operation: Pointer = this.library['TFE_NewOp']!(this.context, name, status);
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
