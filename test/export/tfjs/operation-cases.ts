import * as tf from '@tensorflow/tfjs-core';
import { RandomStream, runFrozen } from '../../../src/engine';
import type { FrozenGraph, GraphAttribute, GraphDtype, GraphShape, GraphValue } from '../../../src/graph';
import { GraphMaker, attributes } from '../graph-maker';

type Attributes = Readonly<Record<string, GraphAttribute>>;

/** Images of the cases: `[2, 4, 4, 3]`. */
export const caseShape = [2, 4, 4, 3] as const;

/** Functions of one value, by where their arguments lie. */
const functions = {
  any: 'Abs Asinh Atan Ceil Cos Cosh Elu Erf Exp Expm1 Floor Identity LeakyRelu Neg OnesLike Relu Relu6 Round Selu Sigmoid Sign Sin Sinh Softplus Square StopGradient Tanh ZerosLike',
  positive: 'Log Log1p Reciprocal Rsqrt Sqrt',
  aboveOne: 'Acosh',
  unit: 'Acos Asin Atanh Tan',
};

const pairs = 'Add AddV2 Atan2 FloorMod Maximum Minimum Mul RealDiv SquaredDifference Sub DivNoNan';
const comparisons = 'Equal Greater GreaterEqual Less LessEqual NotEqual';
const reductions = 'Max Mean Min Prod Sum';
const image: GraphShape = [null, 4, 4, 3];

/** One graph in which each operation gives an output of its own, under its name. */
export function operationCases(): FrozenGraph {
  const cases = new Cases();
  elementwise(cases);
  logic(cases);
  axes(cases);
  products(cases);
  shapes(cases);
  parts(cases);
  made(cases);
  return cases.finish();
}

/** Values of images for the cases. */
export function caseImages(): Float32Array {
  const random = new RandomStream(19, 'evaluation');
  const size = caseShape.reduce<number>((product, each) => product * each, 1);
  return Float32Array.from({ length: size }, () => random.normal());
}

/** What TensorFlow itself computes, by the outputs' names. */
export async function expectedOutputs(
  graph: FrozenGraph,
  values: Float32Array,
): Promise<Map<string, number[]>> {
  const frozen = await runFrozen(graph);
  const images = tf.tensor4d(values, [...caseShape]);
  try {
    return await dataOf(graph, await frozen.call([images]));
  } finally {
    images.dispose();
    frozen.dispose();
  }
}

/** Values of a graph's outputs, by their names; the tensors are disposed. */
export async function dataOf(
  { outputs }: FrozenGraph,
  tensors: readonly tf.Tensor[],
): Promise<Map<string, number[]>> {
  const found = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose([...tensors]);
  return new Map(found.map((data, at) => [outputs[at]?.name ?? '', Array.from(data, Number)]));
}

/** Outputs that are further from TensorFlow's own than a share of the largest value, with how far. */
export function wrongOutputs(
  found: ReadonlyMap<string, readonly number[]>,
  expected: ReadonlyMap<string, readonly number[]>,
  share: (name: string) => number,
): string[] {
  return [...expected].flatMap(([name, wanted]) => {
    const got = found.get(name) ?? [];
    const scale = Math.max(...wanted.map(Math.abs), 1e-3);
    const apart = Math.max(...wanted.map((value, at) => Math.abs(value - (got[at] ?? NaN))));
    return got.length === wanted.length && apart <= share(name) * scale ? [] : [`${name}: ${apart / scale}`];
  });
}

class Cases {
  readonly maker = new GraphMaker();
  readonly x = this.maker.input('images', 'float32', image);
  readonly #outputs: Record<string, GraphValue> = {};
  #count = 0;

  /** Adds an operation, and gives its first output to be compared. */
  add(
    op: string,
    inputs: readonly GraphValue[],
    given: Attributes = {},
    [dtype, shape, count = 1]: readonly [GraphDtype, GraphShape, number?] = ['float32', image],
  ): GraphValue {
    const facts = Array.from({ length: count }, () => [dtype, shape] as const);
    const value = this.maker.node(op, `case/${op}_${this.#count++}`, inputs, given, facts);
    this.#outputs[`${op}_${this.#count}`] = { ...value, output: count - 1 };
    return value;
  }

  ints(values: readonly number[], shape?: readonly number[]): GraphValue {
    return this.maker.ints(`case/ints_${this.#count++}`, values, shape);
  }

  floats(values: readonly number[], shape: readonly number[]): GraphValue {
    return this.maker.floats(`case/floats_${this.#count++}`, shape, values);
  }

  number(value: number): GraphValue {
    return this.floats([value], []);
  }

  finish(): FrozenGraph {
    return this.maker.finish(this.#outputs);
  }
}

function elementwise(cases: Cases): void {
  const { x } = cases;
  const positive = cases.add('AddV2', [cases.add('Abs', [x]), cases.number(0.1)]);
  const aboveOne = cases.add('AddV2', [positive, cases.number(1)]);
  const unit = cases.add('Mul', [cases.add('Tanh', [x]), cases.number(0.9)]);
  const arguments_ = { any: x, positive, aboveOne, unit };
  for (const [domain, names] of Object.entries(functions)) {
    for (const op of names.split(' ')) {
      const given = op === 'LeakyRelu' ? { alpha: { kind: 'float', value: 0.3 } as const } : {};
      cases.add(op, [arguments_[domain as keyof typeof functions]], given);
    }
  }
  const channels = cases.floats([0.7, -1.3, 2.1], [3]);
  for (const op of pairs.split(' ')) cases.add(op, [x, channels]);
  cases.add('Pow', [positive, channels]);
  cases.add('BiasAdd', [x, channels], attributes({ data_format: 'NHWC' }));
  cases.add('AddN', [x, unit, positive], attributes({ N: 3 }));
  cases.add('ClipByValue', [x, cases.number(-0.5), cases.number(0.75)]);
  const scale = [channels, channels, channels, cases.floats([0.3, 0.6, 0.9], [3])];
  for (const op of ['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3']) {
    const norm = {
      ...attributes({ is_training: false, data_format: 'NHWC' }),
      epsilon: { kind: 'float', value: 0.01 } as const,
    };
    const extra: Attributes = op === 'FusedBatchNorm' ? {} : { U: { kind: 'type', value: 'float32' } };
    const value = cases.maker.node(op, `case/${op}`, [x, ...scale], { ...norm, ...extra }, [
      ['float32', image],
    ]);
    cases.add('Identity', [value]);
  }
  const whole = cases.add(
    'Cast',
    [cases.add('Mul', [x, cases.number(10)])],
    { DstT: { kind: 'type', value: 'int32' } },
    ['int32', image],
  );
  const divisor = cases.ints([3]);
  for (const op of ['FloorDiv', 'FloorMod', 'Mul', 'Sub', 'Maximum', 'AddV2']) {
    cases.add(op, [whole, divisor], {}, ['int32', image]);
  }
}

function logic(cases: Cases): void {
  const { x } = cases;
  const bool: readonly [GraphDtype, GraphShape] = ['bool', image];
  const rounded = cases.add('Round', [x]);
  for (const op of comparisons.split(' ')) cases.add(op, [rounded, cases.floats([0, 1, -1], [3])], {}, bool);
  const above = cases.add('Greater', [x, cases.number(0)], {}, bool);
  const below = cases.add('Less', [x, cases.number(0.5)], {}, bool);
  cases.add('LogicalAnd', [above, below], {}, bool);
  cases.add('LogicalOr', [above, below], {}, bool);
  cases.add('LogicalNot', [above], {}, bool);
  cases.add('Select', [above, x, rounded]);
  cases.add('SelectV2', [above, x, cases.number(7)]);
  cases.add('Cast', [above], { DstT: { kind: 'type', value: 'float32' } });
  for (const op of ['All', 'Any']) {
    cases.add(op, [below, cases.ints([1, 2])], attributes({ keep_dims: false }), ['bool', [null, 3]]);
  }
}

function axes(cases: Cases): void {
  const { x } = cases;
  for (const op of reductions.split(' ')) {
    cases.add(op, [x, cases.ints([1, 2])], attributes({ keep_dims: false }), ['float32', [null, 3]]);
    cases.add(op, [x, cases.ints([-1])], attributes({ keep_dims: true }), ['float32', [null, 4, 4, 1]]);
  }
  for (const op of ['ArgMax', 'ArgMin']) {
    cases.add(op, [x, cases.ints([3], [])], { output_type: { kind: 'type', value: 'int32' } }, [
      'int32',
      [null, 4, 4],
    ]);
  }
  for (const op of ['Cumsum', 'Cumprod']) {
    cases.add(op, [x, cases.ints([1], [])], attributes({ exclusive: true, reverse: true }));
  }
  const rows = cases.add('Reshape', [x, cases.ints([-1, 12])], {}, ['float32', [null, 12]]);
  cases.add('Softmax', [rows], {}, ['float32', [null, 12]]);
  cases.add('LogSoftmax', [rows], {}, ['float32', [null, 12]]);
  cases.add('TopKV2', [rows, cases.ints([3], [])], attributes({ sorted: true }), ['float32', [null, 3]]);
  const lrn = {
    alpha: { kind: 'float', value: 0.2 },
    beta: { kind: 'float', value: 0.6 },
    bias: { kind: 'float', value: 1.5 },
  } as const;
  cases.add('LRN', [x], { ...attributes({ depth_radius: 1 }), ...lrn });
}

function products(cases: Cases): void {
  const { x } = cases;
  const waves = (size: number): number[] => Array.from({ length: size }, (_, at) => Math.sin(at * 1.3));
  const kernel = cases.floats(waves(3 * 3 * 3 * 5), [3, 3, 3, 5]);
  const window = { strides: [1, 2, 2, 1], padding: 'SAME', data_format: 'NHWC', dilations: [1, 1, 1, 1] };
  cases.add('Conv2D', [x, kernel], attributes(window), ['float32', [null, 2, 2, 5]]);
  const dilated = { ...window, strides: [1, 1, 1, 1], dilations: [1, 2, 2, 1] };
  cases.add('Conv2D', [x, kernel], attributes(dilated), ['float32', [null, 4, 4, 5]]);
  const deep = cases.floats(waves(3 * 3 * 3 * 2), [3, 3, 3, 2]);
  cases.add('DepthwiseConv2dNative', [x, deep], attributes(window), ['float32', [null, 2, 2, 6]]);
  const up = cases.floats(waves(2 * 2 * 5 * 3), [2, 2, 5, 3]);
  const size = cases.ints([2, 8, 8, 5]);
  cases.add('Conv2DBackpropInput', [size, up, x], attributes({ ...window, padding: 'VALID' }), [
    'float32',
    [null, 8, 8, 5],
  ]);
  const pool = { ksize: [1, 3, 3, 1], strides: [1, 2, 2, 1], padding: 'SAME', data_format: 'NHWC' };
  for (const op of ['AvgPool', 'MaxPool']) cases.add(op, [x], attributes(pool), ['float32', [null, 2, 2, 3]]);
  const explicit = { padding: 'EXPLICIT', explicit_paddings: [0, 0, 1, 1, 1, 1, 0, 0] };
  const below = cases.add('Sub', [x, cases.number(9)]);
  cases.add('MaxPool', [below], attributes({ ...pool, ...explicit }), ['float32', [null, 2, 2, 3]]);
  const rows = cases.add('Reshape', [x, cases.ints([-1, 12])], {}, ['float32', [null, 12]]);
  const matrix = cases.floats(waves(5 * 12), [5, 12]);
  cases.add('MatMul', [rows, matrix], attributes({ transpose_a: false, transpose_b: true }), [
    'float32',
    [null, 5],
  ]);
  const batches = cases.add('Reshape', [x, cases.ints([-1, 2, 2, 12])], {}, ['float32', [null, 2, 2, 12]]);
  const adjoint = attributes({ adj_x: false, adj_y: true });
  for (const op of ['BatchMatMul', 'BatchMatMulV2']) {
    cases.add(op, [batches, batches], adjoint, ['float32', [null, 2, 2, 2]]);
  }
  cases.add('BatchMatMulV2', [batches, cases.floats(waves(60), [1, 5, 12])], adjoint, [
    'float32',
    [null, 2, 2, 5],
  ]);
}

function shapes(cases: Cases): void {
  const { x } = cases;
  cases.add('Transpose', [x, cases.ints([0, 3, 1, 2])]);
  cases.add('ExpandDims', [x, cases.ints([1], [])], {}, ['float32', [null, 1, 4, 4, 3]]);
  const one = cases.add('Reshape', [x, cases.ints([-1, 1, 16, 3])], {}, ['float32', [null, 1, 16, 3]]);
  cases.add('Squeeze', [one], attributes({ squeeze_dims: [1] }), ['float32', [null, 16, 3]]);
  const paddings = cases.ints([0, 0, 1, 2, 0, 1, 0, 0], [4, 2]);
  cases.add('Pad', [x, paddings]);
  cases.add('PadV2', [x, paddings, cases.number(-3)]);
  for (const mode of ['REFLECT', 'SYMMETRIC']) cases.add('MirrorPad', [x, paddings], attributes({ mode }));
  const block = cases.ints([2, 2]);
  const none = cases.ints([0, 0, 0, 0], [2, 2]);
  const spread = cases.add('SpaceToBatchND', [x, block, none], {}, ['float32', [null, 2, 2, 3]]);
  cases.add('BatchToSpaceND', [spread, block, none]);
  const deep = cases.add('Reshape', [x, cases.ints([-1, 2, 2, 12])], {}, ['float32', [null, 2, 2, 12]]);
  cases.add('DepthToSpace', [deep], attributes({ block_size: 2, data_format: 'NHWC' }));
  for (const op of ['ResizeBilinear', 'ResizeNearestNeighbor']) {
    for (const half_pixel_centers of [false, true]) {
      cases.add(op, [x, cases.ints([6, 5])], attributes({ align_corners: false, half_pixel_centers }));
    }
  }
  const row = cases.floats([1, 2, 3], [1, 3]);
  cases.add('BroadcastTo', [row, cases.ints([4, 3])], {}, ['float32', [4, 3]]);
  cases.add('Tile', [row, cases.ints([3, 2])], {}, ['float32', [3, 6]]);
}

function parts(cases: Cases): void {
  const { x } = cases;
  const axis = cases.ints([3], []);
  const wide: readonly [GraphDtype, GraphShape] = ['float32', [null, 4, 4, 9]];
  cases.add('ConcatV2', [x, x, cases.add('Neg', [x]), axis], attributes({ N: 3 }), wide);
  cases.add('Split', [axis, x], attributes({ num_split: 3 }), ['float32', [null, 4, 4, 1], 3]);
  cases.add('SplitV', [x, cases.ints([1, 3]), cases.ints([1], [])], attributes({ num_split: 2 }), [
    'float32',
    image,
    2,
  ]);
  cases.add('Pack', [x, x], attributes({ N: 2, axis: 1 }), ['float32', [null, 2, 4, 4, 3]]);
  cases.add('Unpack', [x], attributes({ num: 3, axis: 3 }), ['float32', [null, 4, 4], 3]);
  cases.add('Slice', [x, cases.ints([0, 1, 2, 0]), cases.ints([-1, 2, 2, 1])]);
  const masks = { begin_mask: 1, end_mask: 1, ellipsis_mask: 2, new_axis_mask: 0, shrink_axis_mask: 4 };
  const strides = cases.ints([1, 1, 1]);
  cases.add('StridedSlice', [x, cases.ints([0, 0, 1]), cases.ints([0, 0, 2]), strides], attributes(masks), [
    'float32',
    [null, 4, 4],
  ]);
  const reversed = [cases.ints([0, 3, 0, 0]), cases.ints([2, -5, 4, 3]), cases.ints([1, -2, 3, 1])];
  const plain = { begin_mask: 0, end_mask: 0, ellipsis_mask: 0, new_axis_mask: 0, shrink_axis_mask: 0 };
  cases.add('StridedSlice', [x, ...reversed], attributes(plain));
  cases.add('GatherV2', [x, cases.ints([2, 0, 2]), cases.ints([1], [])], attributes({ batch_dims: 0 }));
  cases.add('GatherNd', [x, cases.ints([0, 1, 1, 3], [2, 2])], {}, ['float32', [2, 4, 3]]);
  cases.add('ReverseV2', [x, cases.ints([1, 3])]);
}

function made(cases: Cases): void {
  const { x } = cases;
  cases.add('Fill', [cases.ints([2, 3]), cases.number(1.5)], {}, ['float32', [2, 3]]);
  cases.add('Range', [cases.ints([1], []), cases.ints([9], []), cases.ints([3], [])], {}, ['int32', [3]]);
  cases.add('LinSpace', [cases.number(-1), cases.number(2), cases.ints([4], [])], {}, ['float32', [4]]);
  const classes = cases.ints([0, 2, 1]);
  const values = [cases.ints([2], []), cases.ints([-1], [])];
  cases.add('OneHot', [classes, cases.ints([4], []), ...values], attributes({ axis: -1 }), ['int32', [3, 4]]);
  cases.add('Shape', [x], { out_type: { kind: 'type', value: 'int32' } }, ['int32', [4]]);
  cases.add('Size', [x], { out_type: { kind: 'type', value: 'int32' } }, ['int32', []]);
  cases.add('Rank', [x], {}, ['int32', []]);
}
