import type { GraphNode, GraphShape } from '../frozen-graph';
import type { GraphEditor } from './graph-editor';
import { combined } from './plain-values';
import type { PlainValues } from './plain-values';

/** Larger results are computed at run time if their inputs are smaller. */
const MOST_ELEMENTS = 2 ** 22;

const binary: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  AddV2: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
  Maximum: Math.max,
  Minimum: Math.min,
  Pow: (a, b) => a ** b,
  SquaredDifference: (a, b) => (a - b) ** 2,
};

const unary: Readonly<Record<string, (x: number) => number>> = {
  Rsqrt: (x) => 1 / Math.sqrt(x),
  Sqrt: Math.sqrt,
  Square: (x) => x * x,
  Neg: (x) => -x,
  Abs: Math.abs,
  Exp: Math.exp,
  Log: Math.log,
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(x, 0),
};

/** Computes, in double precision, what depends on constants alone. */
export function foldConstants(editor: GraphEditor): void {
  for (const { name } of editor.finish().nodes) {
    // Earlier nodes may have become constants.
    const node = editor.nodeOf({ node: name, output: 0 });
    const result = resultOf(editor, node);
    if (result !== null) editor.becomeConstant(node, result);
  }
}

function resultOf(editor: GraphEditor, node: GraphNode): PlainValues | null {
  const [facts] = node.outputs;
  if (node.outputs.length !== 1 || facts === undefined || node.inputs.length === 0) return null;
  if (node.op === 'Shape') return shapeOf(editor.facts(node.inputs[0] as never).shape, facts.dtype);
  // Divisions and overflows of whole numbers have their own rules.
  const isPlain = facts.dtype === 'float32' || (facts.dtype === 'int32' && node.op !== 'RealDiv');
  if (!isPlain || node.inputs.some((input) => editor.rawConstant(input) === null)) return null;
  const count = sizeOf(facts.shape);
  const largest = node.inputs.map((input) => sizeOf(editor.facts(input).shape) ?? 0);
  if (count === null || count > Math.max(MOST_ELEMENTS, ...largest)) return null;
  const inputs = node.inputs.map((input) => editor.constant(input)).filter((input) => input !== null);
  return evaluate(node, inputs, facts.shape as readonly number[]);
}

function evaluate(node: GraphNode, inputs: PlainValues[], shape: readonly number[]): PlainValues | null {
  const [first, second] = inputs;
  if (first === undefined) return null;
  const two = binary[node.op];
  if (two !== undefined && second !== undefined) return combined(first, second, two);
  const one = unary[node.op];
  if (one !== undefined) return { ...first, values: first.values.map((value) => one(value)) };
  const dtype = node.outputs[0]?.dtype ?? first.dtype;
  switch (node.op) {
    case 'Reshape':
    case 'ExpandDims':
    case 'Squeeze':
      return { ...first, shape };
    case 'Cast':
      return dtype === 'float32' ? { ...first, dtype } : null;
    case 'Pack':
      if (inputs.some(({ values }) => values.length !== 1)) return null;
      return { dtype, shape, values: Float64Array.from(inputs, ({ values }) => values[0] ?? 0) };
    case 'Transpose':
      return second === undefined ? null : transposed(first, [...second.values], shape);
    case 'Sum':
    case 'Mean':
      return second === undefined ? null : reduced(node.op, first, [...second.values], shape);
    case 'MatMul':
      return second === undefined ? null : product(node, first, second, shape);
    default:
      return null;
  }
}

function transposed(x: PlainValues, order: readonly number[], shape: readonly number[]): PlainValues {
  const strides = x.shape.map((_, axis) =>
    x.shape.slice(axis + 1).reduce((size, extent) => size * extent, 1),
  );
  const values = new Float64Array(x.values.length);
  for (let index = 0; index < values.length; index++) {
    let rest = index;
    let at = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const extent = shape[axis] ?? 1;
      at += (rest % extent) * (strides[order[axis] ?? 0] ?? 0);
      rest = Math.floor(rest / extent);
    }
    values[index] = x.values[at] ?? 0;
  }
  return { ...x, shape, values };
}

function reduced(op: string, x: PlainValues, axes: readonly number[], shape: readonly number[]): PlainValues {
  const gone = new Set(axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis)));
  const size = shape.reduce((count, extent) => count * extent, 1);
  const sums = new Float64Array(size);
  for (let index = 0; index < x.values.length; index++) {
    let rest = index;
    let at = 0;
    let stride = 1;
    for (let axis = x.shape.length - 1; axis >= 0; axis--) {
      const extent = x.shape[axis] ?? 1;
      if (!gone.has(axis)) {
        at += (rest % extent) * stride;
        stride *= extent;
      }
      rest = Math.floor(rest / extent);
    }
    sums[at] = (sums[at] ?? 0) + (x.values[index] ?? 0);
  }
  const count = op === 'Mean' ? x.values.length / size : 1;
  return { ...x, shape, values: sums.map((sum) => sum / count) };
}

function product(
  node: GraphNode,
  a: PlainValues,
  b: PlainValues,
  shape: readonly number[],
): PlainValues | null {
  const isTurned = (name: string): boolean => node.attributes[name]?.value === true;
  if (isTurned('transpose_a') || isTurned('transpose_b')) return null;
  const [rows = 0, columns = 0] = shape;
  const inner = a.shape[1] ?? 0;
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      const factor = a.values[row * inner + k] ?? 0;
      if (factor === 0) continue;
      for (let column = 0; column < columns; column++) {
        const at = row * columns + column;
        values[at] = (values[at] ?? 0) + factor * (b.values[k * columns + column] ?? 0);
      }
    }
  }
  return { ...a, shape, values };
}

function sizeOf(shape: GraphShape): number | null {
  return shape.reduce<number | null>(
    (size, extent) => (size === null || extent === null ? null : size * extent),
    1,
  );
}

function shapeOf(shape: GraphShape, dtype: PlainValues['dtype']): PlainValues | null {
  const extents = shape.filter((extent) => extent !== null);
  if (extents.length < shape.length) return null;
  return { dtype, shape: [shape.length], values: Float64Array.from(extents) };
}
