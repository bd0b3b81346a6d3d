/** Options by path: `trainer.maxEpochs` → 10. */
export type FlatConfig = Map<string, unknown>;

/** Flattens nested records; `codeOnly` values and arrays stay whole. */
export function flattenConfig(tree: Readonly<Record<string, unknown>>, prefix = ''): FlatConfig {
  const flat: FlatConfig = new Map();
  for (const [name, value] of Object.entries(tree)) {
    const path = prefix + name;
    const nested =
      typeof value === 'object' && value !== null && !Array.isArray(value) && path.split('.').length === 1;
    if (nested)
      for (const [inner, leaf] of flattenConfig(value as Record<string, unknown>, `${path}.`))
        flat.set(inner, leaf);
    else if (value !== undefined) flat.set(path, value);
  }
  return flat;
}
