import type { AttrValue, NodeDef } from '../graph-def/node-def';

/** TensorFlow.js's fused operations, which also add a bias and apply an activation. */
const fusedOps: Readonly<Record<string, string>> = { Conv2D: '_FusedConv2D', MatMul: '_FusedMatMul' };
/** Activations that fused operations support in every backend. */
const activations: ReadonlySet<string> = new Set(['Relu', 'Relu6']);

/**
 * Fuses convolutions and products with the `BiasAdd` and `Relu` that are their only readers, as TensorFlow's own
 * converter does: fewer passes over memory, fewer shaders.
 */
export function fusedNodes(nodes: readonly NodeDef[]): NodeDef[] {
  const readers = new Map<string, NodeDef[]>();
  for (const node of nodes) {
    for (const input of node.input) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  const onlyReader = ({ name }: NodeDef): NodeDef | undefined => {
    const [first, ...others] = readers.get(name) ?? [];
    return others.length === 0 ? first : undefined;
  };
  const replaced = new Map<string, NodeDef>();
  const gone = new Set<string>();
  for (const node of nodes) {
    const op = fusedOps[node.op];
    const bias = onlyReader(node);
    if (op === undefined || bias?.op !== 'BiasAdd' || bias.input[0] !== node.name) continue;
    const next = onlyReader(bias);
    const activation = next !== undefined && activations.has(next.op) ? next : null;
    const last = activation ?? bias;
    gone.add(node.name);
    if (activation !== null) gone.add(bias.name);
    replaced.set(last.name, {
      name: last.name,
      op,
      input: [...node.input, bias.input[1] ?? ''],
      attr: { ...node.attr, ...fusion(['BiasAdd', ...(activation === null ? [] : [activation.op])]) },
    });
  }
  return nodes.flatMap((node) => (gone.has(node.name) ? [] : [replaced.get(node.name) ?? node]));
}

function fusion(names: readonly string[]): Record<string, AttrValue> {
  return {
    num_args: { i: 1 },
    fused_ops: { list: { s: names.map((name) => Buffer.from(name)) } },
    epsilon: { f: 0 },
  };
}
