import type { FrozenGraph, GraphNode } from './frozen-graph';

/** Removes the nodes that no output needs, except placeholders. */
export function withoutDeadNodes(graph: FrozenGraph): FrozenGraph {
  const needed = new Set(graph.outputs.map(({ value }) => value.node));
  const kept: GraphNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!needed.has(node.name) && node.op !== 'Placeholder') continue;
    for (const input of node.inputs) needed.add(input.node);
    kept.push(node);
  }
  return { ...graph, nodes: kept.reverse() };
}
