import { FulgurError, nearestName } from '../errors';

/** A problem of a configuration. */
export interface Problem {
  /** Where it was found: `--trainer.maxEpochs`, or `trainer.maxEpochs in run.yaml, line 3`. */
  readonly where: string;
  readonly what: string;
}

/**
 * Returns an option path close enough to `given` to be what was meant, or `null`. A name without its section also
 * matches.
 */
export function nearestOption(given: string, paths: readonly string[]): string | null {
  const lastOf = (path: string): string => path.split('.').at(-1) ?? path;
  return (
    paths.find((path) => lastOf(path) === lastOf(given)) ??
    nearestName(given, paths, Math.min(4, Math.ceil(given.length / 2)))
  );
}

/** Returns a choice that starts with `given` or is close enough to be what was meant, or `null`. */
export function nearestChoice(given: string, choices: readonly string[]): string | null {
  const word = given.trim().toLowerCase();
  if (word === '') return null;
  return choices.find((choice) => choice.startsWith(word)) ?? nearestName(word, choices, word.length / 2);
}

export function unknownOption(where: string, path: string, known: readonly string[]): Problem {
  const nearest = nearestOption(path, known);
  return {
    where,
    what: nearest === null ? 'unknown option' : `unknown option; did you mean ${nearest}?`,
  };
}

/** All problems of a configuration in one error, one line each. */
export class ConfigError extends FulgurError {
  constructor(readonly problems: readonly Problem[]) {
    super('config', {
      what: problems.length === 1 ? 'An option is invalid:' : `${problems.length} options are invalid:`,
      list: problems.map(({ where, what }) => `${where}: ${what}`),
      fix: 'Run with --help to see all options.',
    });
  }
}

/** Joins names in words: `validate, test and predict`. */
export function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((part) => part !== '').join(' and ');
}
