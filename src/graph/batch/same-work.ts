import { FulgurError } from '../../errors';
import type { FrozenGraph, GraphNode } from '../frozen-graph';

/** A graph recorded for batches of one size. */
export interface SizedGraph {
  readonly batch: number;
  readonly graph: FrozenGraph;
}

/** The nodes at one position in several graphs. */
export type Counterparts = readonly GraphNode[];

/**
 * Aligns the nodes of graphs that were recorded for several batch sizes, position by position.
 *
 * @param subject name of the recorded function, for errors.
 * @throws FulgurError `module`, naming the module, if they do not perform the same operations.
 */
export function counterparts(subject: string, graphs: readonly SizedGraph[]): Counterparts[] {
  const [first] = graphs as [SizedGraph];
  const places = first.graph.nodes.map((_, place) => graphs.map(({ graph }) => graph.nodes[place]));
  for (const nodes of places) {
    const [node] = nodes as [GraphNode];
    if (nodes.some((other) => other === undefined || !doSame(node, other)))
      throw dependsOnBatch(
        subject,
        node.module,
        `its operation '${node.op}' is not the same for every batch size`,
      );
  }
  const longer = graphs.find(({ graph }) => graph.nodes.length > places.length);
  const extra = longer?.graph.nodes[places.length];
  if (extra !== undefined)
    throw dependsOnBatch(
      subject,
      extra.module,
      `its operation '${extra.op}' occurs only for some batch sizes`,
    );
  return places as Counterparts[];
}

function doSame(a: GraphNode, b: GraphNode): boolean {
  // Constants are compared by value, and the input's shape is known to differ.
  const inert = a.op === 'Placeholder' || a.op === 'Const';
  return (
    a.op === b.op &&
    a.name === b.name &&
    JSON.stringify(a.inputs) === JSON.stringify(b.inputs) &&
    a.outputs.length === b.outputs.length &&
    a.outputs.every(({ dtype, shape }, output) => {
      const other = b.outputs[output];
      return other?.dtype === dtype && other.shape.length === shape.length;
    }) &&
    (inert || JSON.stringify(a.attributes) === JSON.stringify(b.attributes))
  );
}

export function dependsOnBatch(subject: string, module: string, reason: string): FulgurError {
  const place = module === '' ? subject : `module '${module}' of ${subject}`;
  return new FulgurError('module', {
    what: `Freezing failed at ${place}: ${reason}.`,
    why: 'A frozen graph must accept batches of every size.',
    fix: 'Compute it in the same way for batches of every size, for example with tf.mean instead of a division by the batch size.',
  });
}
