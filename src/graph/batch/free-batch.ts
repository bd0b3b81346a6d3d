import type {
  FrozenGraph,
  GraphConstant,
  GraphFacts,
  GraphNode,
  GraphShape,
  GraphValue,
} from '../frozen-graph';
import { constantNode } from '../constant-node';
import { withoutDeadNodes } from '../dead-nodes';
import { BatchArithmetic } from './batch-arithmetic';
import { affineEntries, isSame, repeatedBlock } from './growing-constant';
import type { Affine } from './growing-constant';
import { counterparts, dependsOnBatch } from './same-work';
import type { Counterparts, SizedGraph } from './same-work';

/**
 * Makes one graph for batches of every size from graphs of the same function that were recorded for several sizes.
 * Their differences show what depends on the batch size: reshapes get a −1, and other shapes and whole numbers are
 * computed from the shape of the input.
 *
 * @param subject name of the recorded function, for errors.
 * @param sized at least three graphs, so that non-linear growth is detected.
 * @throws FulgurError `module`, naming the module, for any other difference.
 */
export function freeBatch(subject: string, sized: readonly SizedGraph[]): FrozenGraph {
  const graphs = sized.map(({ batch, graph }) => ({ batch, graph: withoutDeadNodes(graph) }));
  const places = counterparts(subject, graphs);
  const batches = graphs.map(({ batch }) => batch);
  const [{ graph: first }] = graphs as [SizedGraph];
  const freed = new FreedNodes(subject, places, batches);
  const factsOf = ({ node, output }: GraphValue): GraphFacts =>
    freed.nodes.find(({ name }) => name === node)?.outputs[output] as GraphFacts;
  return {
    nodes: freed.nodes,
    inputs: first.inputs.map(({ name }) => ({ name, ...factsOf({ node: name, output: 0 }) })),
    outputs: first.outputs.map(({ name, value }) => ({ name, value, ...factsOf(value) })),
  };
}

/** Nodes made independent of the batch size, position by position. */
class FreedNodes {
  readonly nodes: GraphNode[] = [];
  readonly #arithmetic: BatchArithmetic;
  /** Constants that differ, by name, until a node reads them. */
  readonly #varying = new Map<string, Affine[]>();
  readonly #known = new Map<string, Counterparts>();

  constructor(
    private readonly subject: string,
    places: readonly Counterparts[],
    private readonly batches: readonly number[],
  ) {
    const input = places.find(([node]) => node?.op === 'Placeholder')?.[0] as GraphNode;
    this.#arithmetic = new BatchArithmetic(input, input.outputs[0]?.shape.length ?? 0);
    for (const place of places) {
      const [node] = place as [GraphNode];
      this.#known.set(node.name, place);
      if (node.op === 'Const') this.#addConstant(node, place);
      else this.#addOperation(node, place);
    }
  }

  #addConstant(node: GraphNode, place: Counterparts): void {
    const constants = place.map(({ constant }) => constant as GraphConstant);
    if (isSame(constants)) {
      this.nodes.push(node);
      return;
    }
    const entries = affineEntries(constants, this.batches);
    if (entries !== null) {
      this.#varying.set(node.name, entries);
      return;
    }
    const repeated = repeatedBlock(constants, this.batches);
    if (repeated === null) throw dependsOnBatch(this.subject, node.module, reasonOf(constants));
    const block = constantNode(`${node.name}/block`, node.module, repeated.block);
    const shape = this.#arithmetic.list(repeated.shape);
    const { dtype } = repeated.block;
    this.nodes.push(...this.#arithmetic.takeNodes(), block, {
      ...{ name: node.name, op: 'BroadcastTo', module: node.module },
      inputs: [{ node: block.name, output: 0 }, shape],
      attributes: { T: { kind: 'type', value: dtype }, Tidx: { kind: 'type', value: 'int32' } },
      outputs: [{ dtype, shape: freeShape(constants) }],
    });
  }

  #addOperation(node: GraphNode, place: Counterparts): void {
    const outputs = node.outputs.map(({ dtype }, output) => ({
      dtype,
      shape: freeShape(place.map(({ outputs: own }) => own[output] as GraphFacts)),
    }));
    const free = { ...node, outputs };
    if (node.op === 'Placeholder') {
      const shape = { kind: 'shape', value: outputs[0]?.shape ?? [] } as const;
      this.nodes.push({ ...free, attributes: { ...node.attributes, shape } });
      return;
    }
    const equalParts = this.#equalParts(free);
    if (equalParts !== null) {
      this.nodes.push(equalParts);
      return;
    }
    const inputs = node.inputs.map((value, index) => {
      const entries = this.#varying.get(value.node);
      return entries === undefined ? value : this.#shapeArgument(node, index, entries);
    });
    this.nodes.push(...this.#arithmetic.takeNodes(), { ...free, inputs });
  }

  /** Returns the replacement for a constant that differs. */
  #shapeArgument(node: GraphNode, index: number, entries: readonly Affine[]): GraphValue {
    const growing = entries.filter(({ factor }) => factor !== 0);
    const open = (isOpen: (entry: Affine, axis: number) => boolean): GraphValue =>
      this.#arithmetic.list(
        entries.map((entry, axis) => (isOpen(entry, axis) ? { factor: 0, offset: -1 } : entry)),
      );
    const isScalar = this.#known.get(node.inputs[index]?.node ?? '')?.[0]?.constant?.shape.length === 0;
    if (isScalar) return this.#arithmetic.number(entries[0] as Affine);
    if (node.op === 'Reshape' && index === 1 && growing.length === 1) {
      // Only one dimension may be left open: the one that the module left open is known.
      const extents = this.#known.get(node.name)?.[0]?.outputs[0]?.shape ?? [];
      const sizes = entries.map((entry, axis) =>
        entry.factor === 0 && entry.offset === -1 ? { factor: 0, offset: extents[axis] ?? -1 } : entry,
      );
      return this.#arithmetic.list(
        sizes.map((entry) => (entry.factor === 0 ? entry : { factor: 0, offset: -1 })),
      );
    }
    if (node.op === 'Slice' && index === 2) return open((entry, axis) => this.#reachesEnd(node, entry, axis));
    return this.#arithmetic.list(entries);
  }

  /** Returns whether a slice extends from its start to the end of an axis, in batches of every size. */
  #reachesEnd(node: GraphNode, { factor }: Affine, axis: number): boolean {
    if (factor === 0) return false;
    const [source, begin] = node.inputs.map(({ node: name }) => this.#known.get(name));
    const output = node.inputs[0]?.output ?? 0;
    return this.batches.every((_, which) => {
      const start = begin?.[which]?.constant?.values[axis];
      const size = this.#known.get(node.name)?.[which]?.outputs[0]?.shape[axis];
      const extent = source?.[which]?.outputs[output]?.shape[axis];
      return start !== undefined && extent === Number(start) + Number(size);
    });
  }

  /** Replaces a split into equal parts whose sizes grow by the operation that needs no sizes. */
  #equalParts(node: GraphNode): GraphNode | null {
    const [value, sizes, axis] = node.inputs;
    const entries = node.op === 'SplitV' && sizes !== undefined ? this.#varying.get(sizes.node) : undefined;
    const [first] = entries ?? [];
    if (entries === undefined || value === undefined || axis === undefined) return null;
    if (!entries.every(({ factor, offset }) => factor === first?.factor && offset === first.offset))
      return null;
    const { T, num_split: count } = node.attributes;
    if (T === undefined || count === undefined) return null;
    return { ...node, op: 'Split', inputs: [axis, value], attributes: { T, num_split: count } };
  }
}

function freeShape(facts: readonly { readonly shape: GraphShape }[]): GraphShape {
  const [first] = facts;
  return (first?.shape ?? []).map((size, axis) =>
    facts.every(({ shape }) => shape[axis] === size) ? size : null,
  );
}

function reasonOf(constants: readonly GraphConstant[]): string {
  const [first] = constants as [GraphConstant];
  const shown = constants.map(({ shape, values }) =>
    values.length === 1 ? String(values[0]) : `values of shape [${shape.join(', ')}]`,
  );
  const kind = first.values.length === 1 ? 'a number' : 'numbers';
  const different = [...new Set(shown)].slice(0, 3).join(', ');
  return `it computes with ${kind} that depend${first.values.length === 1 ? 's' : ''} on the batch size (${different})`;
}
