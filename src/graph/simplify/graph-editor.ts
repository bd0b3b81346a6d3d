import type {
  FrozenGraph,
  GraphAttribute,
  GraphConstant,
  GraphFacts,
  GraphNode,
  GraphShape,
  GraphValue,
} from '../frozen-graph';
import { constantNode, int32List } from '../constant-node';
import { toConstant, toPlain } from './plain-values';
import type { PlainValues } from './plain-values';

/** A graph while it is being rewritten. */
export class GraphEditor {
  readonly #nodes: Map<string, GraphNode>;
  readonly #inputs: FrozenGraph['inputs'];
  #outputs: FrozenGraph['outputs'];
  /** Constants that were computed here and not yet rounded. */
  readonly #exact = new Map<string, PlainValues>();

  constructor(graph: FrozenGraph) {
    this.#nodes = new Map(graph.nodes.map((node) => [node.name, node]));
    this.#inputs = graph.inputs;
    this.#outputs = graph.outputs;
  }

  /** All nodes, including those that are no longer needed. */
  get nodes(): readonly GraphNode[] {
    return [...this.#nodes.values()];
  }

  nodeOf({ node }: GraphValue): GraphNode {
    return this.#nodes.get(node) as GraphNode;
  }

  facts(value: GraphValue): GraphFacts {
    return this.nodeOf(value).outputs[value.output] as GraphFacts;
  }

  /** Returns the elements of a constant, unrounded if they were computed here; `null` if it is not a constant. */
  constant(value: GraphValue | undefined): PlainValues | null {
    if (value === undefined) return null;
    const { name, constant } = this.nodeOf(value);
    if (constant === undefined) return null;
    return this.#exact.get(name) ?? toPlain(constant);
  }

  /** Returns the elements of a constant as stored in the graph. */
  rawConstant(value: GraphValue | undefined): GraphConstant | null {
    return value === undefined ? null : (this.nodeOf(value).constant ?? null);
  }

  /** Returns the current readers of all nodes' outputs; graph outputs appear as `null`. */
  readers(): Map<string, (GraphNode | null)[]> {
    const readers = new Map<string, (GraphNode | null)[]>();
    const add = (node: string, reader: GraphNode | null): void => {
      const list = readers.get(node);
      if (list === undefined) readers.set(node, [reader]);
      else list.push(reader);
    };
    for (const node of this.#reachable()) for (const input of node.inputs) add(input.node, node);
    for (const { value } of this.#outputs) add(value.node, null);
    return readers;
  }

  /** Replaces the node of the same name. */
  put(node: GraphNode): void {
    this.#nodes.set(node.name, node);
  }

  /** Adds a node under a unique name; returns its first output. */
  add(
    name: string,
    op: string,
    inputs: readonly GraphValue[],
    facts: GraphFacts,
    {
      attributes = {},
      module = '',
    }: { attributes?: Readonly<Record<string, GraphAttribute>>; module?: string },
  ): GraphValue {
    const own = this.#unique(name);
    this.put({ name: own, op, inputs, attributes, outputs: [facts], module });
    return { node: own, output: 0 };
  }

  /** Adds a reshape of a value; `null` is the batch. */
  addReshape(name: string, module: string, value: GraphValue, shape: GraphShape): GraphValue {
    const list = this.addConstant(`${name}/shape`, module, int32List(shape.map((size) => size ?? -1)));
    const { dtype } = this.facts(value);
    const attributes: Record<string, GraphAttribute> = {
      T: { kind: 'type', value: dtype },
      Tshape: { kind: 'type', value: 'int32' },
    };
    return this.add(name, 'Reshape', [value, list], { dtype, shape }, { module, attributes });
  }

  /** Adds the product of two matrices, of which the second may be transposed. */
  addProduct(
    name: string,
    module: string,
    [a, b]: readonly [GraphValue, GraphValue],
    shape: GraphShape,
    isTransposed = false,
  ): GraphValue {
    const { dtype } = this.facts(a);
    const attributes: Record<string, GraphAttribute> = {
      T: { kind: 'type', value: dtype },
      transpose_a: { kind: 'bool', value: false },
      transpose_b: { kind: 'bool', value: isTransposed },
    };
    return this.add(name, 'MatMul', [a, b], { dtype, shape }, { module, attributes });
  }

  addConstant(name: string, module: string, constant: GraphConstant): GraphValue {
    const own = this.#unique(name);
    this.put(constantNode(own, module, constant));
    return { node: own, output: 0 };
  }

  /** Turns a node into a constant. */
  becomeConstant(node: GraphNode, values: PlainValues): void {
    this.#exact.set(node.name, values);
    this.put(constantNode(node.name, node.module, toConstant(values)));
  }

  /** Redirects all readers of one value to another. */
  redirect(from: GraphValue, to: GraphValue): void {
    const moved = (value: GraphValue): GraphValue =>
      value.node === from.node && value.output === from.output ? to : value;
    for (const node of this.#nodes.values()) {
      if (node.inputs.some((input) => input.node === from.node))
        this.put({ ...node, inputs: node.inputs.map(moved) });
    }
    this.#outputs = this.#outputs.map((output) => ({ ...output, value: moved(output.value) }));
  }

  /** Returns the current graph without unneeded nodes, each node after those that it reads. */
  finish(): FrozenGraph {
    return { nodes: this.#reachable(), inputs: this.#inputs, outputs: this.#outputs };
  }

  #reachable(): GraphNode[] {
    const ordered = new Map<string, GraphNode>();
    const visit = (name: string): void => {
      const node = this.#nodes.get(name);
      if (node === undefined || ordered.has(name)) return;
      for (const input of node.inputs) visit(input.node);
      ordered.set(name, node);
    };
    for (const { name } of this.#inputs) visit(name);
    for (const { value } of this.#outputs) visit(value.node);
    return [...ordered.values()];
  }

  #unique(name: string): string {
    let unique = name;
    for (let count = 1; this.#nodes.has(unique); count++) unique = `${name}_${count}`;
    return unique;
  }
}

/** Returns the number of dimensions of a shape that depend on the batch. */
export function openAxes(shape: GraphShape): number {
  return shape.filter((size) => size === null).length;
}
