import type { FrozenGraph } from './frozen-graph';

/** Lists the operations that a graph uses, each with the modules that made them (`''`: outside all modules), both sorted. */
export function listOperations({ nodes }: FrozenGraph): Map<string, readonly string[]> {
  const modules = new Map<string, Set<string>>();
  for (const { op, module } of nodes) modules.set(op, (modules.get(op) ?? new Set()).add(module));
  return new Map([...modules].map(([op, names]) => [op, [...names]]));
}
