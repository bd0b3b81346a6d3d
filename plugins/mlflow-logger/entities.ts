import { jsonText, redacted } from '../../src';
import type { Json, RunSettings } from '../../src';

/** Maximum length of a name that every version of MLflow accepts. */
const longest = 250;

/**
 * Converts names to those that MLflow accepts for metrics and params. Two different names never become the same: the
 * later one gets a number. The same names in the same order therefore always give the same result.
 */
export class EntityNames {
  private readonly given = new Map<string, string>();
  private readonly owners = new Map<string, string>();

  /** @param onClash receives a name that had to be changed because another had taken it, and that other name. */
  constructor(
    private readonly onClash: (name: string, given: string, owner: string) => void = () => undefined,
  ) {}

  of(name: string): string {
    const known = this.given.get(name);
    if (known !== undefined) return known;
    const alone = entityName(name);
    const free = this.freeName(alone);
    this.given.set(name, free);
    this.owners.set(free, name);
    const owner = this.owners.get(alone);
    if (free !== alone && owner !== undefined) this.onClash(name, free, owner);
    return free;
  }

  private freeName(name: string): string {
    for (let count = 1; ; count++) {
      const ending = count === 1 ? '' : `-${count}`;
      const candidate = name.slice(0, longest - ending.length) + ending;
      if (!this.owners.has(candidate)) return candidate;
    }
  }
}

/**
 * Replaces the characters that MLflow does not accept with `_`. The name must also be unchanged when normalised as a
 * path, so parts that are empty, `.` or `..` become `_` too.
 */
function entityName(name: string): string {
  return name
    .replace(/[^\p{L}\p{N}_\-. :/]/gu, '_')
    .slice(0, longest)
    .split('/')
    .map((part) => (/^\.{0,2}$/.test(part) ? '_' : part))
    .join('/')
    .slice(0, longest)
    .replace(/\/$/, '_');
}

export interface Param {
  readonly key: string;
  readonly value: string;
}

/** Maximum length of a value that every version of MLflow accepts; newer versions accept more. */
const longestValue = 500;

/** Returns the hyperparameters under their names, and the configuration's other leaves under `config.` and their paths. */
export function runParams({ hyperparameters, config }: RunSettings): Param[] {
  const names = new EntityNames();
  const params: Param[] = [];
  for (const [name, value] of Object.entries(hyperparameters))
    params.push({ key: names.of(name), value: text(value) });
  for (const [path, value] of leaves('config', config)) {
    if (path.startsWith('config.hyperparameters.')) continue;
    params.push({ key: names.of(path), value: text(value) });
  }
  return params;
}

function leaves(path: string, value: Json): [string, Json][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) => leaves(`${path}.${name}`, inner));
}

function text(value: Json): string {
  const isPlain = typeof value === 'string' || typeof value === 'number';
  const whole = redacted(isPlain ? String(value) : jsonText(value));
  return whole.length <= longestValue ? whole : `${whole.slice(0, longestValue - 1)}…`;
}
