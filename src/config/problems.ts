import { closest, distance } from 'fastest-levenshtein';
import { FulgurError, valueText } from '../errors';

/** One thing that is wrong with a configuration. */
export interface Problem {
  /** Where it stands: `--trainer.maxEpochs`, or `trainer.maxEpochs in run.yaml, line 3`. */
  readonly where: string;
  readonly what: string;
}

const NEAR = 4;

/** A name close enough to `given` to be what was meant, or `null`. */
export function nearestName(given: string, names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const last = given.split('.').at(-1) ?? given;
  const sameEnd = names.find((name) => name.split('.').at(-1) === last);
  if (sameEnd !== undefined) return sameEnd;
  const nearest = closest(given, names);
  return distance(given, nearest) <= Math.min(NEAR, Math.ceil(given.length / 2)) ? nearest : null;
}

/** A choice close enough to `given` to be what was meant, or `null`. */
export function nearestChoice(given: string, choices: readonly string[]): string | null {
  const word = given.trim().toLowerCase();
  if (word === '' || choices.length === 0) return null;
  const begun = choices.find((choice) => choice.startsWith(word));
  if (begun !== undefined) return begun;
  const nearest = closest(word, choices);
  return distance(word, nearest) <= word.length / 2 ? nearest : null;
}

export function unknownOption(where: string, path: string, known: readonly string[]): Problem {
  const nearest = nearestName(path, known);
  return {
    where,
    what: nearest === null ? 'there is no such option' : `there is no such option; did you mean ${nearest}?`,
  };
}

/** A value as it is shown to the user: JSON, and by their names what JSON cannot say. */
export function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint' || value === undefined) return String(value);
  // JSON writes null for infinity and for what is no number.
  return valueText(value, (_, part) =>
    typeof part === 'bigint' || (typeof part === 'number' && !Number.isFinite(part)) ? String(part) : part,
  );
}

/** All problems of a configuration in one error: a line each. */
export class ConfigError extends FulgurError {
  constructor(readonly problems: readonly Problem[]) {
    super('config', {
      what: problems.length === 1 ? 'An option is wrong:' : `${problems.length} options are wrong:`,
      list: problems.map(({ where, what }) => `${where}: ${what}`),
      fix: 'Run with --help to see all options.',
    });
  }
}
