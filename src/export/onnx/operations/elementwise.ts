import { missingOperation } from '../../missing-operation';
import { attribute } from '../node-attributes';
import type { Conversion, Converter } from '../conversion';
import { Float } from '../onnx-graph';
import type { GraphNode } from '../../../graph';
import { takeUpBias } from './bias';

/** Unary operations that ONNX has under the same or another name, without attributes. */
const unaryNames: Readonly<Record<string, string>> = {
  ...sameNames('Relu Sigmoid Tanh Softplus Softsign Erf Exp Log Neg Abs Sqrt Floor Ceil Round Sign'),
  ...sameNames('Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Identity Reciprocal'),
  Inv: 'Reciprocal',
  LogicalNot: 'Not',
  IsNan: 'IsNaN',
  IsInf: 'IsInf',
  StopGradient: 'Identity',
  Snapshot: 'Identity',
  PreventGradient: 'Identity',
};

/** Binary operations with broadcasting. */
const binaryNames: Readonly<Record<string, string>> = {
  ...sameNames('Add Sub Mul Pow Greater Less Equal'),
  AddV2: 'Add',
  RealDiv: 'Div',
  Maximum: 'Max',
  Minimum: 'Min',
  GreaterEqual: 'GreaterOrEqual',
  LessEqual: 'LessOrEqual',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
  LogicalXor: 'Xor',
};

function sameNames(names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, name]));
}

type Unary = (x: string, node: GraphNode, to: Conversion) => string;
type Binary = (a: string, b: string, node: GraphNode, to: Conversion) => string;

/** Unary operations, which keep the layout of their value. */
const unary: Readonly<Record<string, Unary>> = {
  ...Object.fromEntries(
    Object.entries(unaryNames).map(([op, onnx]): [string, Unary] => [
      op,
      (x, node, { graph }) => graph.add(onnx, [x], node.name),
    ]),
  ),
  Rsqrt: (x, { name }, { graph }) => graph.add('Reciprocal', [graph.add('Sqrt', [x], `${name}/sqrt`)], name),
  Square: (x, { name }, { graph }) => graph.add('Mul', [x, x], name),
  Relu6: (x, { name }, { graph }) =>
    graph.add('Clip', [x, graph.float(0, `${name}/low`), graph.float(6, `${name}/high`)], name),
  Elu: (x, { name }, { graph }) => graph.add('Elu', [x], name, { alpha: new Float(1) }),
  Selu: (x, { name }, { graph }) => graph.add('Selu', [x], name),
  LeakyRelu: (x, node, { graph }) =>
    graph.add('LeakyRelu', [x], node.name, { alpha: new Float(attribute(node, 'alpha', 'float', 0.2)) }),
  Log1p: (x, { name }, { graph }) =>
    graph.add('Log', [graph.add('Add', [x, graph.float(1, `${name}/one`)], `${name}/sum`)], name),
  Expm1: (x, { name }, { graph }) =>
    graph.add('Sub', [graph.add('Exp', [x], `${name}/exp`), graph.float(1, `${name}/one`)], name),
  IsFinite: (x, { name }, { graph }) => {
    const wild = [graph.add('IsNaN', [x], `${name}/nan`), graph.add('IsInf', [x], `${name}/inf`)];
    return graph.add('Not', [graph.add('Or', wild, `${name}/wild`)], name);
  },
  Cast: (x, node, to) => {
    const [facts] = node.outputs;
    return to.cast(x, facts?.dtype ?? 'float32', node.name);
  },
  ZerosLike: (x, node, to) => filledLike(x, 0, node, to),
  OnesLike: (x, node, to) => filledLike(x, 1, node, to),
};

const binary: Readonly<Record<string, Binary>> = {
  ...Object.fromEntries(
    Object.entries(binaryNames).map(([op, onnx]): [string, Binary] => [
      op,
      (a, b, node, { graph }) => graph.add(onnx, [a, b], node.name),
    ]),
  ),
  Div: (a, b, node, { graph }) => graph.add('Div', [a, b], node.name),
  NotEqual: (a, b, { name }, { graph }) =>
    graph.add('Not', [graph.add('Equal', [a, b], `${name}/equal`)], name),
  SquaredDifference: (a, b, { name }, { graph }) => {
    const apart = graph.add('Sub', [a, b], `${name}/difference`);
    return graph.add('Mul', [apart, apart], name);
  },
  DivNoNan: (a, b, { name }, { graph }) => {
    const zero = graph.float(0, `${name}/zero`);
    const isZero = graph.add('Equal', [b, zero], `${name}/isZero`);
    return graph.add('Where', [isZero, zero, graph.add('Div', [a, b], `${name}/quotient`)], name);
  },
  FloorDiv: (a, b, node, to) => {
    if (dtypeOf(node) === 'float32') {
      return to.graph.add('Floor', [to.graph.add('Div', [a, b], `${node.name}/quotient`)], node.name);
    }
    // For whole numbers: after subtracting the remainder, which has the divisor's sign, the division is exact.
    const rest = to.graph.add('Mod', [a, b], `${node.name}/rest`);
    return to.graph.add('Div', [to.graph.add('Sub', [a, rest], `${node.name}/whole`), b], node.name);
  },
  FloorMod: (a, b, node, to) => {
    const { graph } = to;
    if (dtypeOf(node) !== 'float32') return graph.add('Mod', [a, b], node.name);
    const whole = graph.add(
      'Floor',
      [graph.add('Div', [a, b], `${node.name}/quotient`)],
      `${node.name}/whole`,
    );
    return graph.add('Sub', [a, graph.add('Mul', [whole, b], `${node.name}/multiple`)], node.name);
  },
  Mod: (a, b, node, { graph }) => graph.add('Mod', [a, b], node.name, { fmod: 1 }),
  TruncateMod: (a, b, node, { graph }) => graph.add('Mod', [a, b], node.name, { fmod: 1 }),
};

/** Element-wise operations. */
export const elementwise: Readonly<Record<string, Converter>> = {
  ...Object.fromEntries(
    Object.entries(unary).map(([op, write]): [string, Converter] => [
      op,
      (node, to) => {
        const x = to.input(node, 0);
        const layout = to.layoutOf(x);
        to.set(node, write(to.in(layout, x), node, to), layout);
      },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(binary).map(([op, write]): [string, Converter] => [
      op,
      (node, to) => {
        if ((op === 'AddV2' || op === 'Add') && takeUpBias(node, to)) return;
        const { names, layout } = to.aligned([to.input(node, 0), to.input(node, 1)]);
        const [a = '', b = ''] = names;
        to.set(node, write(a, b, node, to), layout);
      },
    ]),
  ),
  AddN: (node, to) => {
    const { names, layout } = to.aligned(node.inputs);
    to.set(node, to.graph.add('Sum', names, node.name), layout);
  },
  ClipByValue: (node, to) => {
    const { names, layout } = to.aligned(node.inputs);
    const [x = '', low = '', high = ''] = names;
    const above = to.graph.add('Max', [x, low], `${node.name}/above`);
    to.set(node, to.graph.add('Min', [above, high], node.name), layout);
  },
  SelectV2: where,
  Select: where,
};

/** The condition of `Select` may be a vector, which selects rows. */
function where(node: GraphNode, to: Conversion): void {
  const [condition, yes, no] = [to.input(node, 0), to.input(node, 1), to.input(node, 2)];
  const rank = to.rankOf(yes);
  const isVector = node.op === 'Select' && to.rankOf(condition) === 1 && rank > 1;
  if (!isVector) {
    const { names, layout } = to.aligned([condition, yes, no]);
    to.set(node, to.graph.add('Where', names, node.name), layout);
    return;
  }
  const axes = to.graph.ints(
    [...Array(rank - 1).keys()].map((axis) => axis + 1),
    `${node.name}/axes`,
  );
  const rows = to.graph.add('Unsqueeze', [to.plain(condition), axes], `${node.name}/rows`);
  to.set(node, to.graph.add('Where', [rows, to.plain(yes), to.plain(no)], node.name));
}

function filledLike(x: string, value: number, node: GraphNode, { graph }: Conversion): string {
  const dtype = dtypeOf(node);
  if (dtype !== 'float32' && dtype !== 'int32') throw missingOperation(node, 'ONNX', `Its type is ${dtype}.`);
  const values = dtype === 'float32' ? Float32Array.of(value) : Int32Array.of(value);
  const fill = graph.constant({ dtype, shape: [], values }, `${node.name}/value`);
  return graph.add('Expand', [fill, graph.add('Shape', [x], `${node.name}/shape`)], node.name);
}

function dtypeOf({ outputs }: GraphNode): string {
  return outputs[0]?.dtype ?? 'float32';
}
