import * as tf from '@tensorflow/tfjs-core';
import { onnxTypes } from '../onnx-messages';
import { imageOperations } from './image-operations';
import type { NodeReader, Operation } from './node-reader';

const unary =
  (compute: (x: tf.Tensor) => tf.Tensor): Operation =>
  (node) =>
    compute(node.x());
const binary =
  (compute: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Operation =>
  (node) =>
    compute(node.x(0), node.x(1));

/** The operations that the reader computes, which are all that are written. */
export const operations: Readonly<Record<string, Operation>> = {
  ...imageOperations,
  Identity: unary((x) => tf.clone(x)),
  Relu: unary(tf.relu),
  Sigmoid: unary(tf.sigmoid),
  Tanh: unary(tf.tanh),
  Softplus: unary(tf.softplus),
  Softsign: unary((x) => tf.div(x, tf.add(tf.abs(x), 1))),
  Erf: unary(tf.erf),
  Exp: unary(tf.exp),
  Log: unary(tf.log),
  Neg: unary(tf.neg),
  Abs: unary(tf.abs),
  Sqrt: unary(tf.sqrt),
  Reciprocal: unary(tf.reciprocal),
  Floor: unary(tf.floor),
  Ceil: unary(tf.ceil),
  Round: unary(tf.round),
  Sign: unary(tf.sign),
  Sin: unary(tf.sin),
  Cos: unary(tf.cos),
  Tan: unary(tf.tan),
  Asin: unary(tf.asin),
  Acos: unary(tf.acos),
  Atan: unary(tf.atan),
  Sinh: unary(tf.sinh),
  Cosh: unary(tf.cosh),
  Asinh: unary(tf.asinh),
  Acosh: unary(tf.acosh),
  Atanh: unary(tf.atanh),
  Not: unary(tf.logicalNot),
  IsNaN: unary(tf.isNaN),
  IsInf: unary(tf.isInf),
  Selu: unary(tf.selu),
  Elu: unary(tf.elu),
  LeakyRelu: (node) => tf.leakyRelu(node.x(), node.float('alpha', 0.01)),
  Clip: (node) => tf.minimum(tf.maximum(node.x(), node.x(1)), node.x(2)),
  Cast: (node) => tf.cast(node.x(), dtypeOf(node.int('to', onnxTypes.float32))),
  Add: binary(tf.add),
  Sub: binary(tf.sub),
  Mul: binary(tf.mul),
  Div: binary(quotient),
  Pow: binary(tf.pow),
  Mod: (node) =>
    node.int('fmod', 0) === 0
      ? tf.mod(node.x(), node.x(1))
      : tf.sub(node.x(), tf.mul(towardsZero(tf.div(node.x(), node.x(1))), node.x(1))),
  Max: binary(tf.maximum),
  Min: binary(tf.minimum),
  Sum: (node) => tf.addN(node.inputs.flatMap((x) => (x === null ? [] : [x]))),
  Greater: binary(tf.greater),
  GreaterOrEqual: binary(tf.greaterEqual),
  Less: binary(tf.less),
  LessOrEqual: binary(tf.lessEqual),
  Equal: binary(tf.equal),
  And: binary(tf.logicalAnd),
  Or: binary(tf.logicalOr),
  Xor: binary(tf.logicalXor),
  Where: (node) => tf.where(node.x(), node.x(1), node.x(2)),
  MatMul: binary((a, b) => (a.rank === 1 || b.rank === 1 ? tf.dot(a, b) : tf.matMul(a, b))),
  Gemm: (node) => tf.add(tf.matMul(node.x() as tf.Tensor2D, node.x(1) as tf.Tensor2D), node.x(2)),
  Einsum: (node) =>
    tf.einsum(node.text('equation', ''), ...node.inputs.flatMap((x) => (x === null ? [] : [x]))),
  Softmax: (node) => softmax(node, (x) => tf.softmax(x)),
  LogSoftmax: (node) => softmax(node, (x) => tf.logSoftmax(x)),
  ReduceMean: reduced(tf.mean),
  ReduceMax: reduced(tf.max),
  ReduceMin: reduced(tf.min),
  ReduceProd: reduced(tf.prod),
  ReduceSum: (node) => tf.sum(node.x(), node.numbers(1), node.int('keepdims', 1) === 1),
  ArgMax: (node) => tf.argMax(node.x(), node.int('axis', 0)),
  ArgMin: (node) => tf.argMin(node.x(), node.int('axis', 0)),
  CumSum: (node) =>
    tf.cumsum(node.x(), node.numbers(1)[0], node.int('exclusive', 0) === 1, node.int('reverse', 0) === 1),
  TopK: (node) => {
    const { values, indices } = tf.topk(node.x(), node.numbers(1)[0]);
    return [values, indices];
  },
  Reshape: (node) => {
    const { shape } = node.x();
    return tf.reshape(
      node.x(),
      node.numbers(1).map((size, axis) => (size === 0 ? (shape[axis] ?? 0) : size)),
    );
  },
  Transpose: (node) => tf.transpose(node.x(), [...node.ints('perm', [])]),
  Concat: (node) => {
    const parts = node.inputs.flatMap((x) => (x === null ? [] : [x]));
    return tf.concat(parts, node.int('axis', 0));
  },
  Unsqueeze: (node) => {
    const rank = node.x().rank + node.numbers(1).length;
    const axes = node.numbers(1).map((axis) => (axis < 0 ? axis + rank : axis));
    const left = [...node.x().shape];
    return tf.reshape(
      node.x(),
      Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (left.shift() ?? 1))),
    );
  },
  Squeeze: (node) =>
    tf.squeeze(
      node.x(),
      node.numbers(1).map((axis) => (axis < 0 ? axis + node.x().rank : axis)),
    ),
  Split: (node) => {
    const parts = node.inputs[1] == null ? node.node.output.length : node.numbers(1);
    return tf.split(node.x(), parts, node.int('axis', 0));
  },
  Tile: (node) => tf.tile(node.x(), node.numbers(1)),
  Expand: (node) => {
    const given = node.x();
    const wanted = node.numbers(1);
    const rank = Math.max(given.rank, wanted.length);
    const own = [...Array<number>(rank - given.rank).fill(1), ...given.shape];
    const other = [...Array<number>(rank - wanted.length).fill(1), ...wanted];
    return tf.broadcastTo(
      given,
      own.map((size, axis) => (size === 1 ? (other[axis] ?? 1) : size)),
    );
  },
  Range: (node) =>
    tf.range(
      ...([0, 1, 2].map((index) => node.numbers(index)[0] ?? 0) as [number, number, number]),
      node.x().dtype as 'int32',
    ),
  Shape: (node) => tf.tensor1d(node.x().shape.slice(0, node.int('end', node.x().rank)), 'int32'),
  Gather: (node) => {
    const indices = tf.cast(node.x(1), 'int32');
    return tf.gather(node.x(), indices, node.int('axis', 0));
  },
  GatherND: (node) => tf.gatherND(node.x(), tf.cast(node.x(1), 'int32')),
  OneHot: (node) => {
    const [off = 0, on = 1] = node.numbers(2);
    const last = tf.oneHot(tf.cast(node.x(), 'int32'), node.numbers(1)[0] ?? 1, on, off);
    const axis = node.int('axis', -1);
    const order = [...Array(last.rank - 1).keys()];
    order.splice(axis < 0 ? last.rank + axis : axis, 0, last.rank - 1);
    return tf.cast(tf.transpose(last, order), node.x(2).dtype);
  },
  Slice: sliced,
  Pad: (node) => {
    const widths = node.numbers(1);
    const { rank } = node.x();
    const pairs = Array.from({ length: rank }, (_, axis): [number, number] => [
      widths[axis] ?? 0,
      widths[axis + rank] ?? 0,
    ]);
    if (node.text('mode', 'constant') === 'reflect') return tf.mirrorPad(node.x(), pairs, 'reflect');
    return tf.pad(node.x(), pairs, node.inputs[2] == null ? 0 : node.numbers(2)[0]);
  },
};

/** Returns the tfjs type for an ONNX element type. */
export function dtypeOf(type: number): 'float32' | 'int32' | 'bool' {
  if (type === onnxTypes.bool) return 'bool';
  return type === onnxTypes.float32 ? 'float32' : 'int32';
}

/** Integer division truncates towards zero. */
function quotient(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (a.dtype !== 'int32') return tf.div(a, b);
  return tf.cast(towardsZero(tf.div(tf.cast(a, 'float32'), tf.cast(b, 'float32'))), 'int32');
}

function towardsZero(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.sign(x), tf.floor(tf.abs(x)));
}

function softmax(node: NodeReader, compute: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const x = node.x();
  const axis = node.int('axis', -1);
  const own = axis < 0 ? axis + x.rank : axis;
  if (own === x.rank - 1) return compute(x);
  const order = [...Array(x.rank).keys()];
  order.splice(own, 1);
  order.push(own);
  const back = order.map((_, place) => order.indexOf(place));
  return tf.transpose(compute(tf.transpose(x, order)), back);
}

function reduced(compute: (x: tf.Tensor, axes: number[], keepAxes: boolean) => tf.Tensor): Operation {
  return (node) => compute(node.x(), [...node.ints('axes', [])], node.int('keepdims', 1) === 1);
}

function sliced(node: NodeReader): tf.Tensor {
  const { shape } = node.x();
  const [starts, ends, axes] = [node.numbers(1), node.numbers(2), node.numbers(3)];
  const steps = node.inputs[4] == null ? axes.map(() => 1) : node.numbers(4);
  const begin = shape.map(() => 0);
  const end = [...shape];
  const strides = shape.map(() => 1);
  let open = 0;
  for (const [place, given] of axes.entries()) {
    const axis = given < 0 ? given + shape.length : given;
    const size = shape[axis] ?? 0;
    const step = steps[place] ?? 1;
    const from = (value: number): number => (value < 0 ? value + size : value);
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    begin[axis] = Math.min(Math.max(from(starts[place] ?? 0), Math.max(low, 0)), high);
    end[axis] = Math.min(Math.max(from(ends[place] ?? 0), low), high);
    strides[axis] = step;
    // An end before the first element cannot be expressed as a number.
    if (step < 0 && end[axis] === -1) open |= 1 << axis;
  }
  return tf.stridedSlice(node.x(), begin, end, strides, 0, open);
}
