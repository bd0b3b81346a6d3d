import type { FrozenGraph, GraphAttribute, GraphNode } from '../../graph';
import { missingOperation } from '../missing-operation';
import { ints, nodesByName, tfjsTrouble } from './operations';

/** A padding value that changes no maximum; infinity is unreliable in WebGL's shaders. */
const LOWEST = -3.4028234663852886e38;

/**
 * Rewrites operations that TensorFlow.js lacks in terms of others, if possible.
 *
 * @throws FulgurError `module`, naming operation and module, for an operation that it cannot compute.
 */
export function preparedForTfjs(graph: FrozenGraph): FrozenGraph {
  const byName = nodesByName(graph);
  const nodes = graph.nodes.flatMap((node) => {
    const trouble = tfjsTrouble(node, byName);
    if (trouble !== null) throw missingOperation(node, 'TensorFlow.js', trouble === '' ? undefined : trouble);
    return isPaddedPool(node) ? paddedPool(node) : [node];
  });
  return { ...graph, nodes };
}

function isPaddedPool({ op, attributes }: GraphNode): boolean {
  const { padding } = attributes;
  return op === 'MaxPool' && padding?.kind === 'string' && padding.value === 'EXPLICIT';
}

/** TensorFlow.js's executor ignores the padding of a pool, so the images are padded first. */
function paddedPool(pool: GraphNode): GraphNode[] {
  const [images] = pool.inputs;
  const [pooled] = pool.outputs;
  if (images === undefined || pooled === undefined) throw new Error(`the pool '${pool.name}' reads nothing`);
  const paddings = ints(pool, 'explicit_paddings');
  const { module } = pool;
  const sizes = constantNode(`${pool.name}/paddings`, module, {
    dtype: 'int32',
    shape: [4, 2],
    values: Int32Array.from(paddings),
  });
  const lowest = constantNode(`${pool.name}/lowest`, module, {
    dtype: 'float32',
    shape: [],
    values: Float32Array.of(LOWEST),
  });
  const padded: GraphNode = {
    name: `${pool.name}/PadV2`,
    op: 'PadV2',
    inputs: [images, ...[sizes, lowest].map(({ name }) => ({ node: name, output: 0 }))],
    attributes: {},
    outputs: [{ dtype: pooled.dtype, shape: [null, null, null, null] }],
    module,
  };
  const padding: GraphAttribute = { kind: 'string', value: 'VALID' };
  const none: GraphAttribute = { kind: 'ints', value: [] };
  const inner: GraphNode = {
    ...pool,
    inputs: [{ node: padded.name, output: 0 }],
    attributes: { ...pool.attributes, padding, explicit_paddings: none },
  };
  return [sizes, lowest, padded, inner];
}

function constantNode(name: string, module: string, constant: NonNullable<GraphNode['constant']>): GraphNode {
  const { dtype, shape } = constant;
  return { name, op: 'Const', inputs: [], attributes: {}, outputs: [{ dtype, shape }], module, constant };
}
