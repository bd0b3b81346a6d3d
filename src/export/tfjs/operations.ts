import type { FrozenGraph, GraphFacts, GraphNode } from '../../graph';

/**
 * Operations that TensorFlow.js's graph models compute as TensorFlow does on the CPU, WebAssembly and WebGL backends; a
 * test compares each of them. The executor supports a few more, which draw random numbers, read tables, have control
 * flow, or give different results (`Mod`, `Div`). Source: `tfjs-converter/src/operations/op_list`.
 */
export const tfjsOperations: ReadonlySet<string> = new Set(
  `Abs Acos Acosh Add AddN AddV2 All Any ArgMax ArgMin Asin Asinh Atan Atan2 Atanh AvgPool BatchMatMul BatchMatMulV2
  BatchToSpaceND BiasAdd BroadcastTo Cast Ceil ClipByValue ConcatV2 Const Conv2D Conv2DBackpropInput Cos Cosh Cumprod Cumsum
  DepthToSpace DepthwiseConv2dNative DivNoNan Elu Equal Erf Exp ExpandDims Expm1 Fill Floor FloorDiv FloorMod
  FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 GatherNd GatherV2 Greater GreaterEqual Identity LRN LeakyRelu Less LessEqual
  LinSpace Log Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr MatMul Max MaxPool Maximum Mean Min Minimum MirrorPad Mul Neg
  NotEqual OneHot OnesLike Pack Pad PadV2 Placeholder Pow Prod Range Rank RealDiv Reciprocal Relu Relu6 Reshape ResizeBilinear
  ResizeNearestNeighbor ReverseV2 Round Rsqrt Select SelectV2 Selu Shape Sigmoid Sign Sin Sinh Size Slice Softmax Softplus
  SpaceToBatchND Split SplitV Sqrt Square SquaredDifference Squeeze StopGradient StridedSlice Sub Sum Tan Tanh Tile TopKV2
  Transpose Unpack ZerosLike`.split(/\s+/),
);

/** Operations that only move elements, or convert bytes to another type. */
const takeBytes: ReadonlySet<string> = new Set(
  'BroadcastTo Cast ConcatV2 Const ExpandDims GatherV2 Identity Pack Pad PadV2 Placeholder Reshape Slice Squeeze StridedSlice Tile Transpose'.split(
    ' ',
  ),
);

/** Maximum number of axes of a TensorFlow.js tensor. */
const MOST_AXES = 6;

/** Known facts about a value that a node reads. */
type FactsOf = (input: number) => GraphFacts | undefined;

/** A limitation that affects only some uses of an operation. */
type Rule = (node: GraphNode, factsOf: FactsOf) => string | null;

const rules: Readonly<Record<string, Rule>> = {
  Conv2D: (node, factsOf) => {
    const [channels, taken] = [factsOf(0)?.shape[3], factsOf(1)?.shape[2]];
    if (channels !== taken) return 'TensorFlow.js has no grouped convolution.';
    return strideAndDilation(node);
  },
  DepthwiseConv2dNative: strideAndDilation,
  Conv2DBackpropInput: (node) =>
    ints(node, 'dilations').some((step) => step > 1)
      ? 'TensorFlow.js has no transposed convolution with dilation.'
      : null,
  FloorDiv: (node) =>
    node.outputs[0]?.dtype === 'int32'
      ? null
      : "TensorFlow.js's WebGL backend supports it only for whole numbers.",
  OneHot: (node) => {
    const axis = int(node, 'axis') ?? -1;
    const last = (node.outputs[0]?.shape.length ?? 0) - 1;
    if (axis !== -1 && axis !== last) return 'TensorFlow.js can only put the new axis last.';
    return node.outputs[0]?.dtype === 'int32'
      ? null
      : "TensorFlow.js's WebAssembly backend returns only int32: cast that to another type.";
  },
  Select: (_, factsOf) =>
    factsOf(0)?.shape.length === factsOf(1)?.shape.length
      ? null
      : 'Its condition has fewer axes than its values, which TensorFlow.js aligns the other way.',
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  Tile: (node) =>
    (node.outputs[0]?.shape.length ?? 0) > 5
      ? "TensorFlow.js's WebGL backend repeats along at most 5 axes."
      : null,
  ReverseV2: (node) =>
    (node.outputs[0]?.shape.length ?? 0) > 4
      ? "TensorFlow.js's WebGL backend reverses at most 4 axes."
      : null,
};

/**
 * Returns why TensorFlow.js cannot compute an operation as it is used here; `''` if it lacks the operation, `null` if
 * it can compute it.
 */
export function tfjsTrouble(node: GraphNode, graph: ReadonlyMap<string, GraphNode>): string | null {
  if (!tfjsOperations.has(node.op)) return '';
  const factsOf: FactsOf = (input) => {
    const value = node.inputs[input];
    return value === undefined ? undefined : graph.get(value.node)?.outputs[value.output];
  };
  for (const { dtype, shape } of node.outputs) {
    if (dtype === 'string') return 'It returns strings.';
    if (dtype === 'uint8' && !takeBytes.has(node.op))
      return 'TensorFlow.js computes bytes as int32, which do not wrap.';
    if (shape.length > MOST_AXES)
      return `TensorFlow.js's tensors have at most ${MOST_AXES} axes, but this has ${shape.length}.`;
  }
  const toBytes = node.op === 'Cast' && node.outputs[0]?.dtype === 'uint8' && factsOf(0)?.dtype !== 'uint8';
  if (toBytes) return 'TensorFlow.js has no bytes: it would not wrap them.';
  const format = node.attributes['data_format'];
  if (format?.kind === 'string' && format.value !== 'NHWC')
    return `It computes in the order ${format.value}.`;
  return rules[node.op]?.(node, factsOf) ?? null;
}

/** Nodes by their names. */
export function nodesByName({ nodes }: FrozenGraph): ReadonlyMap<string, GraphNode> {
  return new Map(nodes.map((node) => [node.name, node]));
}

/** Returns a list of numbers from the attributes; empty if there is none. */
export function ints(node: GraphNode, name: string): readonly number[] {
  const attribute = node.attributes[name];
  return attribute?.kind === 'ints' ? attribute.value : [];
}

function int(node: GraphNode, name: string): number | undefined {
  const attribute = node.attributes[name];
  return attribute?.kind === 'int' ? attribute.value : undefined;
}

function strideAndDilation(node: GraphNode): string | null {
  const both = [ints(node, 'strides'), ints(node, 'dilations')].every((steps) =>
    steps.some((step) => step > 1),
  );
  return both ? 'TensorFlow.js has no convolution with both a stride and a dilation.' : null;
}

function batchNorm(node: GraphNode): string | null {
  const training = node.attributes['is_training'];
  return training?.kind === 'bool' && !training.value
    ? null
    : 'It normalises with the statistics of the batch, as in training, which TensorFlow.js does not support.';
}
