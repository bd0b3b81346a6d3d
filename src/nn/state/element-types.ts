import type { StateDtype, StateTensor } from '../../contracts';

/** The number of bytes in one element. */
export const bytesPerElement: Readonly<Record<StateDtype, number>> = {
  F32: 4,
  I32: 4,
  I64: 8,
  U8: 1,
  BOOL: 1,
};

type ArrayType = new (buffer: ArrayBuffer) => StateTensor['data'];

/** The array for elements of a type in host memory. */
export const elementArrays: Readonly<Record<StateDtype, ArrayType>> = {
  F32: Float32Array,
  I32: Int32Array,
  I64: BigInt64Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};

/**
 * Describes how a tensor's values do not match its type and shape; `null` if they match. Its array is compared by name,
 * because another realm has its own classes.
 */
export function valuesProblem({ dtype, shape, data }: StateTensor): string | null {
  const array = Object.prototype.toString.call(data).slice(8, -1);
  const wanted = elementArrays[dtype].name;
  if (array !== wanted) return `has its values in ${array} instead of ${wanted}`;
  const bytes = elementCount(shape) * bytesPerElement[dtype];
  return data.byteLength === bytes ? null : `has ${data.byteLength} bytes instead of ${bytes}`;
}

/** Returns the number of elements in a tensor of this shape; a scalar has one. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, extent) => count * extent, 1);
}
