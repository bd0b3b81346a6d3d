import { FulgurError, nearestName } from '../errors';
import { listNames } from './naming';
import type { Buffer, Parameter } from './parameter';

/**
 * A pattern of state-dict names: a text in which `*` stands for any characters, including dots, and a module's name for
 * everything below it; or a regular expression to be found in the name.
 *
 * `backbone`, `backbone.4.*`, `*.bias`, `/\.bn\d\./`
 */
export type NamePattern = string | RegExp;

/** The part of a module that concerns names. */
interface Named {
  namedParameters(): ReadonlyMap<string, Parameter>;
  namedVariables(): ReadonlyMap<string, Parameter | Buffer>;
}

/**
 * Returns the parameters of a module whose names match a pattern, or any of several.
 *
 * @throws FulgurError `module` for a pattern that matches none, with similar names.
 */
export function matchingParameters(
  module: Named,
  patterns: NamePattern | readonly NamePattern[],
): Map<string, Parameter> {
  // A parameter in two places can be matched by both of its names.
  const named = [...module.namedVariables()];
  const trained = new Map([...module.namedParameters()].map(([name, parameter]) => [parameter, name]));
  const found = new Map<string, Parameter>();
  for (const pattern of isList(patterns) ? patterns : [patterns]) {
    const matches = matcherOf(pattern);
    const matched = named.filter(([name]) => matches(name));
    const parameters = matched.flatMap(([, variable]) => {
      const first = trained.get(variable as Parameter);
      return first === undefined ? [] : [[first, variable as Parameter] as const];
    });
    if (parameters.length === 0)
      throw noneMatches(
        module,
        pattern,
        matched.map(([name]) => name),
      );
    for (const [name, parameter] of parameters) found.set(name, parameter);
  }
  return found;
}

/**
 * Returns one pattern or several as a list.
 *
 * @throws FulgurError `module` for an empty list.
 */
export function patternsOf(
  { constructor: { name } }: Named,
  patterns: NamePattern | readonly NamePattern[],
): readonly NamePattern[] {
  const list = isList(patterns) ? patterns : [patterns];
  if (list.length > 0) return list;
  throw new FulgurError('module', {
    what: `freeze() or unfreeze() of ${name} was given an empty list of names.`,
    why: 'It matches no parameter.',
    fix: 'Add names to the list, or pass no list to match all parameters.',
  });
}

function isList(patterns: NamePattern | readonly NamePattern[]): patterns is readonly NamePattern[] {
  return Array.isArray(patterns);
}

/** Returns a test of names against a pattern. */
export function matcherOf(pattern: NamePattern): (name: string) => boolean {
  // `search` starts again each time, whatever the flags.
  if (pattern instanceof RegExp) return (name) => name.search(pattern) >= 0;
  const words = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  const glob = new RegExp(`^${words.join('.*')}(?:\\..*)?$`);
  return (name) => glob.test(name);
}

function noneMatches(module: Named, pattern: NamePattern, buffers: readonly string[]): FulgurError {
  const { name: kind } = module.constructor;
  const shown = pattern instanceof RegExp ? String(pattern) : `'${pattern}'`;
  if (buffers.length > 0) {
    return new FulgurError('module', {
      what: `No parameter of ${kind} matches ${shown}, but these buffers do: ${listNames(buffers, [...module.namedVariables().keys()])}.`,
      why: 'Buffers, such as the tensors of a teacher, are never trained.',
      fix: 'Remove the pattern, or name parameters.',
    });
  }
  return new FulgurError('module', {
    what: `No parameter of ${kind} matches ${shown}.`,
    fix: near(module, pattern),
  });
}

/** The number of names shown. */
const SHOWN = 6;

/**
 * Returns the names, of parameters and of the modules above them, that are most similar to a pattern; otherwise those
 * one level below the part of the pattern that exists.
 */
function near(module: Named, pattern: NamePattern): string {
  const names = [...module.namedParameters().keys()];
  const levels = names.flatMap((name) => {
    const parts = name.split('.');
    return parts.map((_, depth) => parts.slice(0, depth + 1).join('.'));
  });
  const known = [...new Set(levels)];
  const shown: string[] = [];
  if (typeof pattern === 'string') {
    const wanted = pattern.replace(/[.*]+$/, '');
    while (shown.length < SHOWN) {
      const nearest = nearestName(
        wanted,
        known.filter((name) => !shown.includes(name)),
      );
      if (nearest === null) break;
      shown.push(nearest);
    }
  }
  if (shown.length === 1) return `Did you mean '${shown.join('')}'?`;
  const below = shown.length > 0 ? shown : belowMatchedPart(known, pattern);
  const listed = below.slice(0, SHOWN);
  const more = below.length - listed.length;
  return `Use some of ${listed.map((name) => `'${name}'`).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

/**
 * Returns the names one level below the longest prefix of a pattern that is a module's name; the outermost names if
 * there is no such prefix.
 */
function belowMatchedPart(known: readonly string[], pattern: NamePattern): string[] {
  const parts = typeof pattern === 'string' ? pattern.split('.') : [];
  const beginnings = parts.map((_, depth) => `${parts.slice(0, depth + 1).join('.')}.`);
  const owner = beginnings.findLast((name) => known.some((other) => other.startsWith(name))) ?? '';
  return known.filter((name) => name.startsWith(owner) && !name.slice(owner.length).includes('.'));
}
