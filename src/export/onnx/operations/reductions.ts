import type { GraphNode } from '../../../graph';
import { axisIn } from '../axes';
import type { Layout } from '../axes';
import type { Conversion, Converter } from '../conversion';
import { attribute } from '../node-attributes';

/** Operations along axes, which reduce them or normalise their elements. */
export const reductions: Readonly<Record<string, Converter>> = {
  Mean: (node, to) => reduce(node, to, 'ReduceMean'),
  Sum: (node, to) => reduce(node, to, 'ReduceSum'),
  Max: (node, to) => reduce(node, to, 'ReduceMax'),
  Min: (node, to) => reduce(node, to, 'ReduceMin'),
  Prod: (node, to) => reduce(node, to, 'ReduceProd'),
  All: (node, to) => reduce(node, to, 'ReduceMin', true),
  Any: (node, to) => reduce(node, to, 'ReduceMax', true),
  ArgMax: (node, to) => find(node, to),
  ArgMin: (node, to) => find(node, to),
  Softmax: (node, to) => share(node, to),
  LogSoftmax: (node, to) => share(node, to),
  Cumsum: (node, to) => {
    const [axis = 0] = to.knownNumbers(node, 1);
    const at = to.graph.constant(
      { dtype: 'int64', shape: [], values: BigInt64Array.of(BigInt(axis)) },
      `${node.name}/axis`,
    );
    const flags = {
      exclusive: Number(attribute(node, 'exclusive', 'bool', false)),
      reverse: Number(attribute(node, 'reverse', 'bool', false)),
    };
    to.set(node, to.graph.add('CumSum', [to.plain(to.input(node, 0)), at], node.name, flags));
  },
  TopKV2: (node, to) => {
    const [k = 1] = to.knownNumbers(node, 1);
    const inputs = [to.plain(to.input(node, 0)), to.graph.ints([k], `${node.name}/k`)];
    const [values = '', indices = ''] = to.graph.addMany('TopK', inputs, node.name, 2, { axis: -1 });
    to.set(node, values);
    to.set(node, to.cast(indices, 'int32', `${node.name}/indices`), 'nhwc', 1);
  },
};

/** @param ofBooleans whether it works on booleans, which ONNX treats as numbers. */
function reduce(node: GraphNode, to: Conversion, opType: string, ofBooleans = false): void {
  const value = to.input(node, 0);
  const rank = to.rankOf(value);
  const logical = to.knownNumbers(node, 1).map((axis) => axisIn('nhwc', axis, rank));
  const keepsAxes = attribute(node, 'keep_dims', 'bool', false);
  const layout = layoutFor(to.layoutOf(value), logical, keepsAxes);
  const axes = logical.map((axis) => axisIn(layout, axis, rank)).sort((a, b) => a - b);
  const keepdims = Number(keepsAxes);
  let x = to.in(layout, value);
  if (axes.length === 0) {
    to.set(node, to.graph.add('Identity', [x], node.name), layout);
    return;
  }
  if (ofBooleans) x = to.cast(x, 'int32', `${node.name}/numbers`);
  // In opset 17, only sums take their axes as an input.
  const label = ofBooleans ? `${node.name}/reduced` : node.name;
  const reduced =
    opType === 'ReduceSum'
      ? to.graph.add(opType, [x, to.graph.ints(axes, `${node.name}/axes`)], label, { keepdims })
      : to.graph.add(opType, [x], label, { axes, keepdims });
  const result = ofBooleans ? to.cast(reduced, 'bool', node.name) : reduced;
  to.set(node, result, keepsAxes ? layout : 'nhwc');
}

/** Without one of its axes, an image has another rank, and the remaining axes must be in TensorFlow's order. */
function layoutFor(layout: Layout, reduced: readonly number[], keepsAxes: boolean): Layout {
  if (layout === 'nhwc' || keepsAxes) return layout;
  const keepsChannels = !reduced.includes(3);
  const keepsSides = !reduced.includes(1) || !reduced.includes(2);
  return keepsChannels && keepsSides ? 'nhwc' : 'nchw';
}

function find(node: GraphNode, to: Conversion): void {
  const [axis = 0] = to.knownNumbers(node, 1);
  const place = to.graph.add(node.op, [to.plain(to.input(node, 0))], `${node.name}/place`, {
    axis,
    keepdims: 0,
  });
  to.set(node, to.cast(place, node.outputs[0]?.dtype ?? 'int64', node.name));
}

function share(node: GraphNode, to: Conversion): void {
  const value = to.input(node, 0);
  const layout = to.layoutOf(value);
  const axis = axisIn(layout, -1, to.rankOf(value));
  to.set(node, to.graph.add(node.op, [to.in(layout, value)], node.name, { axis }), layout);
}
