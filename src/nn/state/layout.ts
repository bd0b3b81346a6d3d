/**
 * The layout of a tensor inside Fulgur compared to PyTorch's layout in state dicts: `plain` is the same; `linear` is
 * `[in, out]` instead of `[out, in]`; `convolution` is `[kh, kw, in, out]` instead of `[out, in, kh, kw]`.
 */
export type StateLayout = 'plain' | 'linear' | 'convolution';

/** For each layout, the internal axis at each position of the stored shape. */
const storedAxes: Record<StateLayout, readonly number[] | null> = {
  plain: null,
  linear: [1, 0],
  convolution: [3, 2, 0, 1],
};

/** For each layout, the stored axis at each position of the internal shape. */
const internalAxes: Record<StateLayout, readonly number[] | null> = {
  plain: null,
  linear: [1, 0],
  convolution: [2, 3, 1, 0],
};

type Values = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** Returns the shape in a state dict of a tensor with this internal shape. */
export function storedShape(layout: StateLayout, shape: readonly number[]): number[] {
  const axes = storedAxes[layout];
  return axes === null ? [...shape] : axes.map((axis) => shape[axis] ?? 0);
}

/** Converts values to PyTorch's layout; always returns a copy. */
export function toStored<V extends Values>(layout: StateLayout, values: V, shape: readonly number[]): V {
  return permuted(values, shape, storedAxes[layout]);
}

/** Converts values of a state dict, in their `stored` shape, to Fulgur's layout; always returns a copy. */
export function toInternal<V extends Values>(layout: StateLayout, values: V, stored: readonly number[]): V {
  return permuted(values, stored, internalAxes[layout]);
}

/** Returns a copy whose axis `i` is axis `axes[i]` of the original. */
function permuted<V extends Values>(values: V, shape: readonly number[], axes: readonly number[] | null): V {
  const copy = values.slice() as V;
  if (axes === null) return copy;
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, extent) => size * extent, 1));
  // Missing outer axes have extent 1, so that matrices and convolutions share the four loops.
  const missing = 4 - axes.length;
  const extents = [...Array<number>(missing).fill(1), ...axes.map((axis) => shape[axis] ?? 0)];
  const steps = [...Array<number>(missing).fill(0), ...axes.map((axis) => strides[axis] ?? 0)];
  const [extent0 = 1, extent1 = 1, extent2 = 1, extent3 = 1] = extents;
  const [step0 = 0, step1 = 0, step2 = 0, step3 = 0] = steps;
  let target = 0;
  for (let i = 0; i < extent0; i++) {
    for (let j = 0; j < extent1; j++) {
      for (let k = 0; k < extent2; k++) {
        let source = i * step0 + j * step1 + k * step2;
        for (let l = 0; l < extent3; l++, source += step3, target++) {
          copy[target] = values[source] as V[number];
        }
      }
    }
  }
  return copy;
}
