/**
 * Returns a field's name as PyTorch writes it: `projectionHead` becomes `projection_head`, `bn1` and `layer1` stay
 * unchanged.
 */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

/** Returns a member's full name below its owner's. */
export function joinName(owner: string, member: string): string {
  return owner === '' ? member : `${owner}.${member}`;
}

/** The number of names that are listed before the rest is counted. */
const LISTED = 6;

/**
 * Lists state-dict names for a sentence: `backbone.* (60), head.weight and 3 more`.
 * @param all the names among which `names` are some: a module stands for all names below it if they are all listed.
 */
export function listNames(names: readonly string[], all: readonly string[]): string {
  const wanted = new Set(names);
  const groups = new Map<string, number>();
  for (const name of names) {
    const group = wholeModuleOf(name, wanted, all) ?? name;
    groups.set(group, (groups.get(group) ?? 0) + 1);
  }
  const shown = [...groups].slice(0, LISTED);
  const listed = shown.map(([group, count]) => (group.endsWith('.*') ? `${group} (${count})` : group));
  const more = names.length - shown.reduce((sum, [, count]) => sum + count, 0);
  if (more > 0) return `${listed.join(', ')} and ${more} more`;
  return listed.length < 2 ? listed.join('') : `${listed.slice(0, -1).join(', ')} and ${listed.at(-1)}`;
}

/** Returns the outermost module with several names below it, all of which are to be listed. */
function wholeModuleOf(name: string, wanted: ReadonlySet<string>, all: readonly string[]): string | null {
  const parts = name.split('.');
  for (let depth = 1; depth < parts.length; depth++) {
    const prefix = `${parts.slice(0, depth).join('.')}.`;
    const below = all.filter((other) => other.startsWith(prefix));
    if (below.length > 1 && below.every((other) => wanted.has(other))) return `${prefix}*`;
  }
  return null;
}
