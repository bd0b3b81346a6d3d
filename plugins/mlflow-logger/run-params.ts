import { jsonText, redacted } from '../../src';
import type { Json, RunSettings } from '../../src';
import { EntityNames } from './entity-names';

export interface Param {
  readonly key: string;
  readonly value: string;
}

/** Characters of a value that every version of MLflow takes; newer ones take more. */
const longestValue = 500;

/** The hyperparameters under their names, and the configuration's other leaves under `config.` and their paths. */
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
