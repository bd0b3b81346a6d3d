/** TensorFlow's `TF_DataType` numbers, for the types that tensors can have here. */
export const dataTypes = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  resource: 20,
} as const;

type HostArray = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** Returns the array class with the memory layout of a data type. */
export function arrayClass(dataType: number): {
  new (buffer: ArrayBuffer): HostArray;
  readonly BYTES_PER_ELEMENT: number;
} {
  switch (dataType) {
    case dataTypes.float32:
    case dataTypes.complex64:
      return Float32Array;
    case dataTypes.int32:
      return Int32Array;
    case dataTypes.int64:
      return BigInt64Array;
    case dataTypes.bool:
    case dataTypes.uint8:
      return Uint8Array;
    default:
      throw new Error(`TensorFlow data type ${dataType} cannot be read`);
  }
}

/** Returns the number of bytes of one element; a lower bound for types that only operations among themselves use. */
export function elementBytes(dataType: number): number {
  if (dataType === dataTypes.int64 || dataType === dataTypes.complex64) return 8;
  return dataType === dataTypes.float32 || dataType === dataTypes.int32 ? 4 : 1;
}

const numbers: ReadonlyMap<string, number> = new Map(Object.entries(dataTypes));

/** Returns the data type for a tfjs name or number. */
export function dataTypeNumber(dtype: number | string): number {
  if (typeof dtype === 'number') return dtype;
  const dataType = numbers.get(dtype);
  if (dataType === undefined) throw new Error(`Unknown data type ${dtype}`);
  return dataType;
}
