import type {
  FrozenGraph,
  GraphAttribute,
  GraphConstant,
  GraphDtype,
  GraphNode,
  GraphShape,
  GraphValue,
} from '../../src/graph';

/** Facts of an output, shortly. */
export type Facts = readonly [dtype: GraphDtype, shape: GraphShape];

/** Builds frozen graphs by hand, node by node. */
export class GraphMaker {
  readonly #nodes: GraphNode[] = [];
  readonly #inputs: FrozenGraph['inputs'][number][] = [];

  input(name: string, dtype: GraphDtype, shape: GraphShape): GraphValue {
    this.#inputs.push({ name, dtype, shape });
    return this.node('Placeholder', name, [], {}, [[dtype, shape]], '');
  }

  floats(name: string, shape: readonly number[], values: readonly number[] | Float32Array): GraphValue {
    return this.constant(name, { dtype: 'float32', shape, values: Float32Array.from(values) });
  }

  ints(name: string, values: readonly number[], shape: readonly number[] = [values.length]): GraphValue {
    return this.constant(name, { dtype: 'int32', shape, values: Int32Array.from(values) });
  }

  constant(name: string, constant: GraphConstant): GraphValue {
    const { dtype, shape } = constant;
    const outputs = [{ dtype, shape }];
    this.#nodes.push({
      name,
      op: 'Const',
      inputs: [],
      attributes: {},
      outputs,
      module: moduleOf(name),
      constant,
    });
    return { node: name, output: 0 };
  }

  node(
    op: string,
    name: string,
    inputs: readonly GraphValue[],
    attributes: Readonly<Record<string, GraphAttribute>>,
    facts: readonly Facts[],
    module = moduleOf(name),
  ): GraphValue {
    const outputs = facts.map(([dtype, shape]) => ({ dtype, shape }));
    this.#nodes.push({ name, op, inputs, attributes, outputs, module });
    return { node: name, output: 0 };
  }

  finish(outputs: Readonly<Record<string, GraphValue>>): FrozenGraph {
    const byName = new Map(this.#nodes.map((node) => [node.name, node]));
    return {
      nodes: this.#nodes,
      inputs: this.#inputs,
      outputs: Object.entries(outputs).map(([name, value]) => ({
        name,
        value,
        ...byName.get(value.node)!.outputs[value.output]!,
      })),
    };
  }
}

/** Attributes, by the kinds of their values; whole numbers are ints. */
export function attributes(
  values: Readonly<Record<string, number | boolean | string | readonly number[]>>,
): Record<string, GraphAttribute> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]): [string, GraphAttribute] => {
      if (typeof value === 'boolean') return [name, { kind: 'bool', value }];
      if (typeof value === 'string') return [name, { kind: 'string', value }];
      return [name, typeof value === 'number' ? { kind: 'int', value } : { kind: 'ints', value }];
    }),
  );
}

function moduleOf(name: string): string {
  return name.split('/').slice(0, -1).join('.');
}
