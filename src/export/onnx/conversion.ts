import type { FrozenGraph, GraphConstant, GraphFacts, GraphNode, GraphValue } from '../../graph';
import { missingOperation } from '../missing-operation';
import { numbersOf, ofRank, permuted, toChannelsFirst, toChannelsLast } from './axes';
import type { Layout } from './axes';
import { OnnxGraph } from './onnx-graph';
import { onnxTypes } from './onnx-messages';

/** Names of a value by layout; a value that is needed in both has two names. */
type Names = Partial<Record<Layout, string>> & { first: Layout };

/** Writes one operation. */
export type Converter = (node: GraphNode, to: Conversion) => void;

/**
 * Converts a frozen graph to ONNX. TensorFlow's images are `[batch, height, width, channels]`, but ONNX's convolutions
 * take `[batch, channels, height, width]`: a convolution keeps its result in ONNX's layout, layout-agnostic operations
 * use it as it is, and it is transposed only for an operation that depends on the layout.
 */
export class Conversion {
  readonly graph = new OnnxGraph();
  readonly #names = new Map<string, Names>();
  readonly #nodes: ReadonlyMap<string, GraphNode>;
  readonly #uses = new Map<string, number>();

  constructor(source: FrozenGraph) {
    this.#nodes = new Map(source.nodes.map((node) => [node.name, node]));
    const read = [
      ...source.nodes.flatMap(({ inputs }) => inputs),
      ...source.outputs.map(({ value }) => value),
    ];
    for (const value of read) this.#uses.set(keyOf(value), (this.#uses.get(keyOf(value)) ?? 0) + 1);
  }

  /** Returns the node that produces a value. */
  nodeOf({ node }: GraphValue): GraphNode {
    const found = this.#nodes.get(node);
    if (found === undefined) throw new Error(`the graph has no node '${node}'`);
    return found;
  }

  factsOf(value: GraphValue): GraphFacts {
    const facts = this.nodeOf(value).outputs[value.output];
    if (facts === undefined) throw new Error(`node '${value.node}' has no output ${value.output}`);
    return facts;
  }

  rankOf(value: GraphValue): number {
    return this.factsOf(value).shape.length;
  }

  /** Number of readers of a value, including outputs of the graph. */
  usesOf(value: GraphValue): number {
    return this.#uses.get(keyOf(value)) ?? 0;
  }

  /** Returns a node's input by index. */
  input(node: GraphNode, index: number): GraphValue {
    const value = node.inputs[index];
    if (value === undefined) throw missingOperation(node, 'ONNX', `It has ${node.inputs.length} inputs.`);
    return value;
  }

  constantOf(value: GraphValue): GraphConstant | null {
    return this.nodeOf(value).constant ?? null;
  }

  /**
   * Returns the numbers of an input that must be constant, such as axes.
   *
   * @throws FulgurError `module` if they are computed.
   */
  knownNumbers(node: GraphNode, index: number): number[] {
    const constant = this.constantOf(this.input(node, index));
    if (constant !== null) return numbersOf(constant);
    throw missingOperation(node, 'ONNX', `Its input ${index} is computed, but ONNX requires a constant.`);
  }

  /** Returns the current layout of a value; a constant takes the layout that is needed. */
  layoutOf(value: GraphValue): Layout {
    return this.#names.get(keyOf(value))?.first ?? 'nhwc';
  }

  /** Sets the name of a node's output. */
  set(node: GraphNode, name: string, layout: Layout = 'nhwc', output = 0): void {
    this.#names.set(keyOf({ node: node.name, output }), { first: layout, [layout]: name });
  }

  /** Returns the name of a value in TensorFlow's layout, transposing it first if necessary. */
  plain(value: GraphValue): string {
    return this.in('nhwc', value);
  }

  /** Returns the name of a value of rank 4 as `[batch, channels, height, width]`. */
  channelsFirst(value: GraphValue): string {
    return this.in('nchw', value);
  }

  /** Returns the name of a value in a layout. */
  in(layout: Layout, value: GraphValue): string {
    const constant = this.constantOf(value);
    const names = this.#names.get(keyOf(value));
    const there = names?.[layout];
    if (there !== undefined && names !== undefined) return there;
    if (constant !== null) return this.#constant(layout, value, constant);
    if (names === undefined) throw new Error(`'${value.node}' is read before it is produced`);
    const from = names[names.first];
    if (from === undefined) throw new Error(`'${value.node}' has no name`);
    const [, height, width, channels] = this.factsOf(value).shape;
    const label = `${value.node}/${layout}`;
    // If one side has a single element, the numbers have the same order in both layouts.
    const isReshape = (height === 1 && width === 1) || channels === 1;
    const sizes = [-1, height ?? 1, width ?? 1, channels ?? 1];
    const order = layout === 'nchw' ? toChannelsFirst : toChannelsLast;
    const shape = layout === 'nchw' ? toChannelsFirst.map((axis) => sizes[axis] ?? 1) : sizes;
    const name = isReshape
      ? this.graph.add('Reshape', [from, this.graph.ints(shape, `${label}/shape`)], label)
      : this.graph.add('Transpose', [from], label, { perm: order });
    names[layout] = name;
    return name;
  }

  /**
   * Returns the names of the operands of an element-wise operation with broadcasting, all in one layout: `nchw` if one
   * of them has it.
   */
  aligned(values: readonly GraphValue[]): { readonly names: string[]; readonly layout: Layout } {
    const isFirst = values.some((value) => this.layoutOf(value) === 'nchw');
    const fits = values.every((value) => this.rankOf(value) <= 4);
    if (!isFirst || !fits) return { names: values.map((value) => this.plain(value)), layout: 'nhwc' };
    return { names: values.map((value) => this.#broadcastable(value)), layout: 'nchw' };
  }

  /** Returns an int64 list for an int32 input, such as a shape: as a constant, or converted. */
  int64(value: GraphValue, label: string): string {
    const constant = this.constantOf(value);
    if (constant === null) return this.cast(this.plain(value), 'int64', `${label}/int64`);
    const values = BigInt64Array.from(numbersOf(constant), BigInt);
    return this.graph.constant({ dtype: 'int64', shape: constant.shape, values }, `${label}/ints`);
  }

  cast(name: string, dtype: keyof typeof onnxTypes, label: string): string {
    return this.graph.add('Cast', [name], label, { to: onnxTypes[dtype] });
  }

  #broadcastable(value: GraphValue): string {
    const rank = this.rankOf(value);
    if (rank === 0) return this.plain(value);
    if (rank === 4) return this.channelsFirst(value);
    const label = `${value.node}/nchw`;
    const constant = this.constantOf(value);
    if (constant !== null) return this.graph.constant(permuted(ofRank(constant, 4), toChannelsFirst), label);
    const axes = this.graph.ints([...Array(4 - rank).keys()], `${label}/axes`);
    const wide = this.graph.add('Unsqueeze', [this.plain(value), axes], `${label}/rank`);
    return this.graph.add('Transpose', [wide], label, { perm: toChannelsFirst });
  }

  #constant(layout: Layout, value: GraphValue, constant: GraphConstant): string {
    const laid = layout === 'nchw' ? permuted(constant, toChannelsFirst) : constant;
    const name = this.graph.constant(laid, layout === 'nchw' ? `${value.node}/nchw` : value.node);
    const names = this.#names.get(keyOf(value)) ?? { first: 'nhwc' };
    this.#names.set(keyOf(value), { ...names, [layout]: name });
    return name;
  }
}

function keyOf({ node, output }: GraphValue): string {
  return `${output} ${node}`;
}
