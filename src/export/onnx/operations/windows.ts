import type { GraphNode, GraphValue } from '../../../graph';
import { missingOperation } from '../../missing-operation';
import { numbersOf, permuted } from '../axes';
import type { Conversion, Converter } from '../conversion';
import { attribute } from '../node-attributes';
import { Float } from '../onnx-graph';

/** Axes of the rows and columns of an image. */
type Pair = readonly [rows: number, columns: number];
/** Rows above, columns to the left, rows below, columns to the right: ONNX's order. */
type Pads = readonly [number, number, number, number];

const noPads: Pads = [0, 0, 0, 0];

/** Operations that slide a window over images. */
export const windows: Readonly<Record<string, Converter>> = {
  Conv2D: (node, to) => {
    const kernel = filterOf(node, to, [3, 2, 0, 1]);
    const [, , , channels] = to.factsOf(to.input(node, 0)).shape;
    const group = (channels ?? kernel.shape[2] ?? 1) / (kernel.shape[2] ?? 1);
    convolve(node, to, kernel, group);
  },
  DepthwiseConv2dNative: (node, to) => {
    const [height = 1, width = 1, channels = 1, multiplier = 1] = to
      .factsOf(to.input(node, 1))
      .shape.map(Number);
    const constant = to.constantOf(to.input(node, 1));
    if (constant === null) throw missingOperation(node, 'ONNX', 'Its filter is computed.');
    const [rows, columns] = [height, width];
    const moved = permuted(constant, [2, 3, 0, 1]);
    const weights = { ...moved, shape: [channels * multiplier, 1, rows, columns] };
    const name = to.graph.constant(weights, to.input(node, 1).node);
    convolve(node, to, { name, shape: [rows, columns, 1, channels * multiplier] }, channels);
  },
  Conv2DBackpropInput: transposedConvolution,
  MaxPool: (node, to) => {
    const size = pairOf(node, 'ksize');
    const x = to.input(node, 0);
    const padded = within(
      size,
      x,
      paddedBefore(x, to, (pad) => pad <= -3.4e38 || (pad === 0 && isNotNegative(x, to))),
    );
    const pads = padsOf(node, to, padded, size, [1, 1]);
    pool(node, to, padded.value, 'MaxPool', { kernel_shape: size, pads });
  },
  AvgPool: (node, to) => {
    const size = pairOf(node, 'ksize');
    const x = to.input(node, 0);
    const padded = within(
      size,
      x,
      paddedBefore(x, to, (pad) => pad === 0),
    );
    const pads = padsOf(node, to, padded, size, [1, 1]);
    // TensorFlow's own padding does not count, but zeros added around the image before do.
    const count_include_pad = padded.pads === noPads ? 0 : 1;
    if (count_include_pad === 1 && attribute(node, 'padding', 'string', 'VALID') === 'SAME') {
      const unfolded = { value: x, pads: noPads };
      const own = padsOf(node, to, unfolded, size, [1, 1]);
      pool(node, to, unfolded.value, 'AveragePool', { kernel_shape: size, pads: own, count_include_pad: 0 });
      return;
    }
    pool(node, to, padded.value, 'AveragePool', { kernel_shape: size, pads, count_include_pad });
  },
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  ResizeBilinear: (node, to) => resize(node, to, 'linear'),
  ResizeNearestNeighbor: (node, to) => resize(node, to, 'nearest'),
  DepthToSpace: (node, to) => rearrange(node, to, { mode: 'DCR' }),
  SpaceToDepth: (node, to) => rearrange(node, to, {}),
};

interface Filter {
  readonly name: string;
  /** `[rows, columns, in, out]`. */
  readonly shape: readonly number[];
}

function filterOf(node: GraphNode, to: Conversion, order: readonly number[]): Filter {
  const value = to.input(node, 1);
  const shape = to.factsOf(value).shape.map((size) => size ?? 1);
  const constant = to.constantOf(value);
  const name =
    constant === null
      ? to.graph.add('Transpose', [to.plain(value)], `${node.name}/filter`, { perm: order })
      : to.graph.constant(permuted(constant, order), value.node);
  return { name, shape };
}

function convolve(node: GraphNode, to: Conversion, { name, shape }: Filter, group: number): void {
  const [rows = 1, columns = 1] = shape;
  const dilations = pairOf(node, 'dilations');
  const padded = paddedBefore(to.input(node, 0), to, (pad) => pad === 0);
  const output = to.graph.add('Conv', [to.channelsFirst(padded.value), name], node.name, {
    kernel_shape: [rows, columns],
    strides: pairOf(node, 'strides'),
    pads: padsOf(node, to, padded, [rows, columns], dilations),
    dilations,
    group,
  });
  to.set(node, output, 'nchw');
}

function pool(
  node: GraphNode,
  to: Conversion,
  x: GraphValue,
  opType: string,
  attributes: Readonly<Record<string, number | readonly number[]>>,
): void {
  const strides = pairOf(node, 'strides');
  const name = to.graph.add(opType, [to.channelsFirst(x)], node.name, { ...attributes, strides });
  to.set(node, name, 'nchw');
}

function pairOf(node: GraphNode, name: string): Pair {
  const [, rows = 1, columns = 1] = attribute(node, name, 'ints', [1, 1, 1, 1]);
  return [rows, columns];
}

interface Padded {
  readonly value: GraphValue;
  readonly pads: Pads;
}

/** Skips a node that pads rows and columns with the value of ONNX's own padding. */
function paddedBefore(value: GraphValue, to: Conversion, fits: (pad: number) => boolean): Padded {
  const none = { value, pads: noPads };
  const node = to.nodeOf(value);
  if (node.op !== 'Pad' && node.op !== 'PadV2') return none;
  const widths = to.constantOf(to.input(node, 1));
  const filled = node.op === 'Pad' ? null : to.constantOf(to.input(node, 2));
  if (widths === null || (node.op === 'PadV2' && filled === null)) return none;
  const pad = filled === null ? 0 : (numbersOf(filled)[0] ?? 0);
  const [n0 = 0, n1 = 0, top = 0, bottom = 0, left = 0, right = 0, c0 = 0, c1 = 0] = numbersOf(widths);
  const isOfImages = widths.values.length === 8 && n0 + n1 + c0 + c1 === 0;
  if (!isOfImages || Math.min(top, bottom, left, right) < 0 || !fits(pad)) return none;
  return { value: to.input(node, 0), pads: [top, left, bottom, right] };
}

/** A pool's padding must be smaller than its window. */
function within([rows, columns]: Pair, value: GraphValue, padded: Padded): Padded {
  const [above, before, below, behind] = padded.pads;
  return Math.max(above, below) < rows && Math.max(before, behind) < columns
    ? padded
    : { value, pads: noPads };
}

/** Returns whether zeros around it leave every maximum unchanged. */
function isNotNegative(padded: GraphValue, to: Conversion): boolean {
  const pad = to.nodeOf(padded);
  const [image] = pad.inputs;
  return image !== undefined && ['Relu', 'Relu6', 'Sigmoid'].includes(to.nodeOf(image).op);
}

/** Returns the padding of a window: that of the preceding node plus the node's own. */
function padsOf(
  node: GraphNode,
  to: Conversion,
  { value, pads }: Padded,
  window: Pair,
  dilations: Pair,
): Pads {
  const padding = attribute(node, 'padding', 'string', 'VALID');
  if (padding === 'VALID') return pads;
  if (padding === 'EXPLICIT') {
    const [, , top = 0, bottom = 0, left = 0, right = 0] = attribute(node, 'explicit_paddings', 'ints', []);
    return added(pads, [top, left, bottom, right]);
  }
  const [, height, width] = to.factsOf(value).shape;
  if (height == null || width == null)
    throw missingOperation(node, 'ONNX', 'The size of its image is unknown.');
  const strides = pairOf(node, 'strides');
  const rows = samePadding(height + pads[0] + pads[2], window[0], strides[0], dilations[0]);
  const columns = samePadding(width + pads[1] + pads[3], window[1], strides[1], dilations[1]);
  return added(pads, [rows[0], columns[0], rows[1], columns[1]]);
}

function added(a: Pads, b: Pads): Pads {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]];
}

/** TensorFlow's rule for `SAME`: the padding is split, with the larger half at the end. */
function samePadding(size: number, window: number, stride: number, dilation: number): Pair {
  const reach = (window - 1) * dilation + 1;
  const missing = Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size);
  return [Math.floor(missing / 2), Math.ceil(missing / 2)];
}

function transposedConvolution(node: GraphNode, to: Conversion): void {
  const { name, shape } = filterOf(node, to, [3, 2, 0, 1]);
  const [rows = 1, columns = 1] = shape;
  const x = to.input(node, 2);
  const sizes = to.factsOf(x).shape;
  const wanted = node.outputs[0]?.shape ?? [];
  const strides = pairOf(node, 'strides');
  const dilations = pairOf(node, 'dilations');
  const over = ([0, 1] as const).map((axis) => {
    const [size, target] = [sizes[axis + 1], wanted[axis + 1]];
    if (size == null || target == null)
      throw missingOperation(node, 'ONNX', 'The size of its image is unknown.');
    return (
      (size - 1) * strides[axis] + (([rows, columns][axis] as number) - 1) * dilations[axis] + 1 - target
    );
  });
  const [above, before] = over.map((all) => Math.floor(Math.max(0, all) / 2));
  const [below, behind] = over.map((all) => Math.ceil(Math.max(0, all) / 2));
  const output = to.graph.add('ConvTranspose', [to.channelsFirst(x), name], node.name, {
    kernel_shape: [rows, columns],
    strides,
    dilations,
    pads: [above ?? 0, before ?? 0, below ?? 0, behind ?? 0],
    output_padding: over.map((all) => Math.max(0, -all)),
  });
  to.set(node, output, 'nchw');
}

function batchNorm(node: GraphNode, to: Conversion): void {
  if (attribute(node, 'is_training', 'bool', false)) {
    throw missingOperation(node, 'ONNX', 'It normalises with the statistics of the batch, as in training.');
  }
  const [x, ...statistics] = node.inputs;
  if (x === undefined) throw missingOperation(node, 'ONNX');
  const inputs = [to.channelsFirst(x), ...statistics.slice(0, 4).map((value) => to.plain(value))];
  const epsilon = new Float(attribute(node, 'epsilon', 'float', 1e-4));
  to.set(node, to.graph.add('BatchNormalization', inputs, node.name, { epsilon }), 'nchw');
}

function resize(node: GraphNode, to: Conversion, mode: 'linear' | 'nearest'): void {
  const [height = 1, width = 1] = to.knownNumbers(node, 1);
  const x = to.channelsFirst(to.input(node, 0));
  const shape = to.graph.add('Shape', [x], `${node.name}/shape`, { end: 2 });
  const sizes = [shape, to.graph.ints([height, width], `${node.name}/image`)];
  const target = to.graph.add('Concat', sizes, `${node.name}/sizes`, { axis: 0 });
  const corners = attribute(node, 'align_corners', 'bool', false);
  const centres = attribute(node, 'half_pixel_centers', 'bool', false);
  const coordinate_transformation_mode = corners ? 'align_corners' : centres ? 'half_pixel' : 'asymmetric';
  const nearest_mode = corners || centres ? 'round_prefer_ceil' : 'floor';
  const name = to.graph.add('Resize', [x, '', '', target], node.name, {
    mode,
    coordinate_transformation_mode,
    ...(mode === 'nearest' && { nearest_mode }),
  });
  to.set(node, name, 'nchw');
}

function rearrange(node: GraphNode, to: Conversion, attributes: Readonly<Record<string, string>>): void {
  const blocksize = attribute(node, 'block_size', 'int', 1);
  const x = to.channelsFirst(to.input(node, 0));
  to.set(node, to.graph.add(node.op, [x], node.name, { blocksize, ...attributes }), 'nchw');
}
