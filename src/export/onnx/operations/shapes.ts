import type { GraphNode, GraphValue } from '../../../graph';
import { missingOperation } from '../../missing-operation';
import { axisIn, numbersOf, toChannelsFirst, toChannelsLast } from '../axes';
import type { Conversion, Converter } from '../conversion';
import { attribute } from '../node-attributes';
import { slices } from './slices';

/** Operations that rearrange elements. */
export const shapes: Readonly<Record<string, Converter>> = {
  ...slices,
  Reshape: (node, to) => {
    const x = to.input(node, 0);
    const [, height, width, channels] = to.factsOf(x).shape;
    const liesAlike = (height === 1 && width === 1) || channels === 1;
    const name = liesAlike ? to.in(to.layoutOf(x), x) : to.plain(x);
    const shape = to.int64(to.input(node, 1), node.name);
    to.set(node, to.graph.add('Reshape', [name, shape], node.name));
  },
  Transpose: (node, to) => {
    const x = to.input(node, 0);
    const order = to.knownNumbers(node, 1);
    const layout = to.layoutOf(x);
    const perm = order.map((axis) => axisIn(layout, axis, order.length));
    const isNone = perm.every((axis, place) => axis === place);
    const name = isNone
      ? to.graph.add('Identity', [to.in(layout, x)], node.name)
      : to.graph.add('Transpose', [to.in(layout, x)], node.name, { perm });
    to.set(node, name);
  },
  ConcatV2: (node, to) => {
    const values = node.inputs.slice(0, -1);
    const [axis = 0] = to.knownNumbers(node, node.inputs.length - 1);
    const { names, layout } = to.aligned(values);
    const [first] = values;
    const rank = first === undefined ? 0 : to.rankOf(first);
    to.set(node, to.graph.add('Concat', names, node.name, { axis: axisIn(layout, axis, rank) }), layout);
  },
  Pack: (node, to) => {
    const axis = attribute(node, 'axis', 'int', 0);
    const at = to.graph.ints([axis], `${node.name}/axes`);
    const parts = node.inputs.map((value, index) =>
      to.graph.add('Unsqueeze', [to.plain(value), at], `${node.name}/${index}`),
    );
    to.set(node, to.graph.add('Concat', parts, node.name, { axis }));
  },
  Unpack: (node, to) => {
    const axis = attribute(node, 'axis', 'int', 0);
    const at = to.graph.ints([axis], `${node.name}/axes`);
    const count = node.outputs.length;
    const parts = to.graph.addMany('Split', [to.plain(to.input(node, 0))], `${node.name}/parts`, count, {
      axis,
    });
    for (const [index, part] of parts.entries()) {
      to.set(node, to.graph.add('Squeeze', [part, at], `${node.name}/${index}`), 'nhwc', index);
    }
  },
  Split: (node, to) => split(node, to, to.input(node, 1), to.knownNumbers(node, 0), null),
  SplitV: (node, to) =>
    split(node, to, to.input(node, 0), to.knownNumbers(node, 2), to.knownNumbers(node, 1)),
  Squeeze: (node, to) => {
    const x = to.input(node, 0);
    const { shape } = to.factsOf(x);
    const named = attribute(node, 'squeeze_dims', 'ints', []);
    const alone = shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
    const axes = to.graph.ints(named.length > 0 ? named : alone, `${node.name}/axes`);
    to.set(node, to.graph.add('Squeeze', [to.plain(x), axes], node.name));
  },
  ExpandDims: (node, to) => {
    const axes = to.graph.ints(to.knownNumbers(node, 1), `${node.name}/axes`);
    to.set(node, to.graph.add('Unsqueeze', [to.plain(to.input(node, 0)), axes], node.name));
  },
  Tile: (node, to) => {
    const times = to.int64(to.input(node, 1), node.name);
    to.set(node, to.graph.add('Tile', [to.plain(to.input(node, 0)), times], node.name));
  },
  BroadcastTo: (node, to) => {
    const shape = to.int64(to.input(node, 1), node.name);
    to.set(node, to.graph.add('Expand', [to.plain(to.input(node, 0)), shape], node.name));
  },
  Fill: (node, to) => {
    const shape = to.int64(to.input(node, 0), node.name);
    to.set(node, to.graph.add('Expand', [to.plain(to.input(node, 1)), shape], node.name));
  },
  Range: (node, to) => {
    const ends = node.inputs.map((value) => to.plain(value));
    if (stepsUp(to, node)) {
      to.set(node, to.graph.add('Range', ends, node.name));
      return;
    }
    // ONNX Runtime turns Gather with Range into a slice, and treats a limit of -1 as the last row, so count up from the
    // other end.
    const negated = ends.map((end, at) => to.graph.add('Neg', [end], `${node.name}/negated_${at}`));
    to.set(node, to.graph.add('Neg', [to.graph.add('Range', negated, `${node.name}/up`)], node.name));
  },
  Shape: (node, to) => {
    const x = to.input(node, 0);
    const layout = to.layoutOf(x);
    const all = to.graph.add('Shape', [to.in(layout, x)], `${node.name}/all`);
    const order = to.graph.ints(toChannelsLast, `${node.name}/order`);
    const shape = layout === 'nchw' ? to.graph.add('Gather', [all, order], `${node.name}/ordered`) : all;
    to.set(node, to.cast(shape, node.outputs[0]?.dtype ?? 'int32', node.name));
  },
  GatherV2: (node, to) => {
    if (attribute(node, 'batch_dims', 'int', 0) !== 0) {
      throw missingOperation(node, 'ONNX', 'It selects different elements for each sample of the batch.');
    }
    const [axis = 0] = to.knownNumbers(node, 2);
    const operands = [to.plain(to.input(node, 0)), to.plain(to.input(node, 1))];
    to.set(node, to.graph.add('Gather', operands, node.name, { axis }));
  },
  GatherNd: (node, to) => {
    const indices = to.cast(to.plain(to.input(node, 1)), 'int64', `${node.name}/indices`);
    to.set(node, to.graph.add('GatherND', [to.plain(to.input(node, 0)), indices], node.name));
  },
  OneHot: (node, to) => {
    const { graph } = to;
    const at = graph.ints([0], `${node.name}/axes`);
    const [depth = 1] = to.knownNumbers(node, 1);
    // Runtimes support int64 indices with float32 values.
    const [on = '', off = ''] = [2, 3].map((index) => {
      const label = `${node.name}/${index === 2 ? 'on' : 'off'}`;
      const value = to.cast(to.plain(to.input(node, index)), 'float32', `${label}/value`);
      return graph.add('Unsqueeze', [value, at], label);
    });
    const values = graph.add('Concat', [off, on], `${node.name}/values`, { axis: 0 });
    // A negative index selects nothing; ONNX would count it from the end, but treats an index that is too large as
    // none.
    const given = to.int64(to.input(node, 0), node.name);
    const isNone = graph.add('Less', [given, graph.ints([0], `${node.name}/zero`)], `${node.name}/isNone`);
    const classes = graph.ints([depth], `${node.name}/depth`);
    const indices = graph.add('Where', [isNone, classes, given], `${node.name}/indices`);
    const axis = attribute(node, 'axis', 'int', -1);
    const chosen = graph.add('OneHot', [indices, classes, values], `${node.name}/chosen`, { axis });
    to.set(node, to.cast(chosen, node.outputs[0]?.dtype ?? 'float32', node.name));
  },
  Pad: pad,
  PadV2: pad,
  MirrorPad: (node, to) => {
    if (attribute(node, 'mode', 'string', 'REFLECT') !== 'REFLECT') {
      throw missingOperation(
        node,
        'ONNX',
        'It repeats the outermost row, which ONNX supports only from opset 19.',
      );
    }
    pad(node, to);
  },
};

function split(
  node: GraphNode,
  to: Conversion,
  value: GraphValue,
  [axis = 0]: readonly number[],
  sizes: readonly number[] | null,
): void {
  const layout = to.layoutOf(value);
  const inputs = [to.in(layout, value)];
  if (sizes !== null) inputs.push(to.graph.ints(sizes, `${node.name}/sizes`));
  const at = axisIn(layout, axis, to.rankOf(value));
  const parts = to.graph.addMany('Split', inputs, node.name, node.outputs.length, { axis: at });
  for (const [index, part] of parts.entries()) to.set(node, part, layout, index);
}

function pad(node: GraphNode, to: Conversion): void {
  const x = to.input(node, 0);
  const layout = to.layoutOf(x);
  const widths = to.knownNumbers(node, 1);
  const pairs = Array.from({ length: widths.length / 2 }, (_, axis) => widths.slice(2 * axis, 2 * axis + 2));
  const laid = layout === 'nchw' ? toChannelsFirst.map((axis) => pairs[axis] ?? [0, 0]) : pairs;
  const pads = [...laid.map(([before = 0]) => before), ...laid.map(([, behind = 0]) => behind)];
  const inputs = [to.in(layout, x), to.graph.ints(pads, `${node.name}/pads`)];
  if (node.op === 'PadV2') inputs.push(to.plain(to.input(node, 2)));
  const mode = node.op === 'MirrorPad' ? 'reflect' : 'constant';
  to.set(node, to.graph.add('Pad', inputs, node.name, { mode }), layout);
}

function stepsUp(to: Conversion, node: GraphNode): boolean {
  const step = to.constantOf(to.input(node, 2));
  return step !== null && numbersOf(step).every((number) => number > 0);
}
