/** Element types of stored tensors, under safetensors' names. */
export type StateDtype = 'F32' | 'I32' | 'I64' | 'U8' | 'BOOL';

/** A tensor's values in host memory, in C order. `I64` is a `BigInt64Array`; `BOOL` and `U8` are bytes. */
export interface StateTensor {
  readonly dtype: StateDtype;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
}

/** Named tensors in PyTorch's naming and layout, in the order of declaration. */
export type StateDict = Map<string, StateTensor>;
