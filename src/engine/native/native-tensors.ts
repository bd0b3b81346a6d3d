import { arrayClass, dataTypes } from './data-types';
import type { NativeLibrary, NativePointer } from './native-library';

/** Values as tfjs passes them: numbers, or byte strings. */
export type HostValues = ArrayLike<number> | ArrayLike<bigint> | readonly Uint8Array[];

const STRING_BYTES = 24;

/** Copies values into a new `TF_Tensor`, which the caller deletes. */
export function toNativeTensor(
  library: NativeLibrary,
  shape: readonly number[],
  dataType: number,
  values: HostValues,
): NativePointer {
  const dims = BigInt64Array.from(shape, BigInt);
  if (dataType === dataTypes.string) return stringTensor(library, dims, values as readonly Uint8Array[]);
  const bytes = hostBytes(dataType, values);
  const tensor: NativePointer = library['TF_AllocateTensor']!(dataType, dims, shape.length, bytes.byteLength);
  if (bytes.byteLength > 0) library.copyIn(library['TF_TensorData']!(tensor), bytes);
  return tensor;
}

/** Returns the bytes of values in a tensor; a view of them if they already are such bytes. */
export function hostBytes(dataType: number, values: HostValues): Uint8Array {
  const expected = arrayClass(dataType);
  if (
    values instanceof (expected as never) ||
    (dataType === dataTypes.int64 && values instanceof Int32Array)
  ) {
    // tfjs passes an int64 as the two halves of an Int32Array: the same bytes.
    const array = values as unknown as ArrayBufferView;
    return new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
  }
  const from = expected as unknown as { from(values: unknown): ArrayBufferView };
  return new Uint8Array(from.from(values).buffer as ArrayBuffer);
}

function stringTensor(
  library: NativeLibrary,
  dims: BigInt64Array,
  values: readonly Uint8Array[],
): NativePointer {
  const tensor: NativePointer = library['TF_AllocateTensor']!(
    dataTypes.string,
    dims,
    dims.length,
    values.length * STRING_BYTES,
  );
  forEachString(library, tensor, values.length, (address, index) => {
    const bytes = values[index]!;
    library['TF_StringInit']!(address);
    library['TF_StringCopy']!(address, bytes, bytes.length);
  });
  return tensor;
}

/** Copies the values of a `TF_Tensor`; strings are returned as their bytes. */
export function fromNativeTensor(library: NativeLibrary, tensor: NativePointer, dataType: number): unknown {
  if (dataType === dataTypes.string) {
    const strings: Uint8Array[] = [];
    const count = Number(library['TF_TensorElementCount']!(tensor));
    forEachString(library, tensor, count, (address) => {
      const size = Number(library['TF_StringGetSize']!(address));
      const data: NativePointer = library['TF_StringGetDataPointer']!(address);
      strings.push(size === 0 ? new Uint8Array(0) : new Uint8Array(library.view(data, size)).slice());
    });
    return strings;
  }
  const bytes = Number(library['TF_TensorByteSize']!(tensor));
  const copy = new ArrayBuffer(bytes);
  if (bytes > 0) library.copyOut(new Uint8Array(copy), library['TF_TensorData']!(tensor));
  return new (arrayClass(dataType))(copy);
}

function forEachString(
  library: NativeLibrary,
  tensor: NativePointer,
  count: number,
  visit: (address: bigint, index: number) => void,
): void {
  if (count === 0) return;
  const base = library.address(library['TF_TensorData']!(tensor));
  for (let index = 0; index < count; index++) visit(base + BigInt(index * STRING_BYTES), index);
}
