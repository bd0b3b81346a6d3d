import type { GraphAttribute, GraphNode } from '../../graph';

type Kind = GraphAttribute['kind'];
type ValueOf<K extends Kind> = Extract<GraphAttribute, { readonly kind: K }>['value'];

/** Returns an attribute's value; `otherwise` if the node has none of that name and kind. */
export function attribute<K extends Kind>(
  node: GraphNode,
  name: string,
  kind: K,
  otherwise: ValueOf<K>,
): ValueOf<K> {
  const found = node.attributes[name];
  return found?.kind === kind ? (found.value as ValueOf<K>) : otherwise;
}
