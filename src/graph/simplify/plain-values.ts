import type { GraphConstant, GraphDtype } from '../frozen-graph';

/** Elements in double precision, row-major, in which constants are computed before being rounded once. */
export interface PlainValues {
  readonly dtype: GraphDtype;
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

export function toPlain({ dtype, shape, values }: GraphConstant): PlainValues {
  const numbers = values instanceof BigInt64Array ? Array.from(values, Number) : values;
  return { dtype, shape, values: Float64Array.from(numbers) };
}

export function toConstant({ dtype, shape, values }: PlainValues): GraphConstant {
  switch (dtype) {
    case 'float32':
      return { dtype, shape, values: Float32Array.from(values) };
    case 'int32':
      return { dtype, shape, values: Int32Array.from(values) };
    case 'int64':
      return { dtype, shape, values: BigInt64Array.from(values, BigInt) };
    default:
      return { dtype, shape, values: Uint8Array.from(values) };
  }
}

/** Returns the shape of an element-wise result; `null` if the two shapes are incompatible. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] | null {
  const rank = Math.max(a.length, b.length);
  const extents = Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a, b].map((shape) => shape[axis - rank + shape.length] ?? 1) as [number, number];
    if (left !== right && left !== 1 && right !== 1) return null;
    return left === 1 ? right : left;
  });
  return extents.every((extent) => extent !== null) ? extents : null;
}

/** Returns, for each element of `shape`, the index of the element of a smaller shape that it uses. */
export function broadcastIndices(from: readonly number[], shape: readonly number[]): Int32Array {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = from[axis - shape.length + from.length] ?? 1;
    strides[axis] = extent === 1 ? 0 : stride;
    stride *= extent;
  }
  const indices = new Int32Array(size);
  for (let index = 0; index < size; index++) {
    let rest = index;
    let at = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const extent = shape[axis] ?? 1;
      at += (rest % extent) * (strides[axis] ?? 0);
      rest = Math.floor(rest / extent);
    }
    indices[index] = at;
  }
  return indices;
}

/** Combines two values element by element with TensorFlow's broadcasting; returns `null` if they are incompatible. */
export function combined(
  a: PlainValues,
  b: PlainValues,
  combine: (left: number, right: number) => number,
): PlainValues | null {
  const shape = broadcastShape(a.shape, b.shape);
  if (shape === null) return null;
  const [left, right] = [broadcastIndices(a.shape, shape), broadcastIndices(b.shape, shape)];
  const values = Float64Array.from(left, (at, index) =>
    combine(a.values[at] ?? 0, b.values[right[index] ?? 0] ?? 0),
  );
  return { dtype: a.dtype, shape, values };
}
