import type { GraphConstant, GraphNode } from './frozen-graph';

/** Makes a node for a constant. */
export function constantNode(name: string, module: string, constant: GraphConstant): GraphNode {
  const { dtype, shape } = constant;
  return {
    ...{ name, op: 'Const', inputs: [], module, constant },
    attributes: { dtype: { kind: 'type', value: dtype } },
    outputs: [{ dtype, shape }],
  };
}

/** Returns whole numbers as a constant's elements. */
export function int32List(values: readonly number[]): GraphConstant {
  return { dtype: 'int32', shape: [values.length], values: Int32Array.from(values) };
}
