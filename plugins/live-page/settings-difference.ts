import type { SettingDifference } from '../../src';

/** Returns the options that differ between two configurations, by path, in alphabetical order. */
export function settingsDifference(here: unknown, there: unknown): SettingDifference[] {
  const own = new Map(optionsOf(here));
  const other = new Map(optionsOf(there));
  const options = [...new Set([...own.keys(), ...other.keys()])].sort();
  return options
    .map((option) => ({ option, here: own.get(option) ?? null, there: other.get(option) ?? null }))
    .filter((difference) => difference.here !== difference.there);
}

/** Returns `[['trainer.maxEpochs', '10'], ...]`; a list counts as one value. */
export function optionsOf(value: unknown, path = ''): [option: string, value: string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return path === '' ? [] : [[path, textOfValue(value)]];
  }
  const entries = Object.entries(value);
  if (entries.length === 0 && path !== '') return [[path, '{}']];
  return entries.flatMap(([key, inner]) => optionsOf(inner, path === '' ? key : `${path}.${key}`));
}

function textOfValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
