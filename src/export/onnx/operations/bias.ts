import type { GraphNode } from '../../../graph';
import type { Conversion, Converter } from '../conversion';

/** Operations that can add a bias themselves. */
const withBias: Readonly<Record<string, string>> = {
  Conv: 'Conv',
  ConvTranspose: 'ConvTranspose',
  MatMul: 'Gemm',
};

/**
 * Folds a sum into the convolution or matrix product before it, if the other operand is a constant per channel and
 * nothing else reads the product.
 *
 * @returns whether the sum was folded.
 */
export function takeUpBias(node: GraphNode, to: Conversion): boolean {
  const pair = [to.input(node, 0), to.input(node, 1)] as const;
  const [x, other] = to.constantOf(pair[0]) === null ? pair : ([pair[1], pair[0]] as const);
  const bias = to.constantOf(other);
  const { shape } = to.factsOf(x);
  const channels = shape.at(-1);
  const isForChannels =
    bias !== null &&
    bias.dtype === 'float32' &&
    bias.shape.length <= shape.length &&
    bias.shape.at(-1) === channels &&
    bias.values.length === channels;
  if (!isForChannels || to.constantOf(x) !== null || to.usesOf(x) !== 1) return false;
  const layout = to.layoutOf(x);
  const name = to.in(layout, x);
  const product = to.graph.producer(name);
  const opType = product === undefined ? undefined : withBias[product.opType];
  if (product === undefined || opType === undefined || product.input.length > 2) return false;
  if (opType === 'Gemm' && shape.length !== 2) return false;
  product.input.push(to.graph.constant({ ...bias, shape: [bias.values.length] }, other.node));
  product.opType = opType;
  to.set(node, name, layout);
  return true;
}

/** Returns a bias per channel. */
export const biases: Readonly<Record<string, Converter>> = {
  BiasAdd: (node, to) => {
    if (takeUpBias(node, to)) return;
    const [x, bias] = [to.input(node, 0), to.input(node, 1)];
    const { names, layout } = to.aligned([x, bias]);
    to.set(node, to.graph.add('Add', names, node.name), layout);
  },
};
