import type { FrozenGraph } from './frozen-graph';

/** Which operations a graph uses, each with the modules that made them (`''`: outside of all), both in order. */
export function listOperations({ nodes }: FrozenGraph): Map<string, readonly string[]> {
  const modules = new Map<string, Set<string>>();
  for (const { op, module } of nodes) modules.set(op, (modules.get(op) ?? new Set()).add(module));
  return new Map([...modules].map(([op, names]) => [op, [...names]]));
}
