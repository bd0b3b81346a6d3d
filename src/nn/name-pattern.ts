import { FulgurError, nearestName } from '../errors';
import { listNames } from './naming';
import type { Buffer, Parameter } from './parameter';

/**
 * State-dict names: a text in which `*` stands for any letters, dots too, and a module's name for all that is below it, or a
 * regular expression that is found in the name.
 *
 * `backbone`, `backbone.4.*`, `*.bias`, `/\.bn\d\./`
 */
export type NamePattern = string | RegExp;

/** A module, as far as names go. */
interface Named {
  namedParameters(): ReadonlyMap<string, Parameter>;
  namedVariables(): ReadonlyMap<string, Parameter | Buffer>;
}

/**
 * The parameters of a module whose names match a pattern, or any of several.
 *
 * @throws FulgurError `module` for a pattern that matches none, with names that are near it.
 */
export function matchingParameters(
  module: Named,
  patterns: NamePattern | readonly NamePattern[],
): Map<string, Parameter> {
  // A parameter that stands in two places goes by both of its names.
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
 * One pattern or several, as a list.
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
    what: `An empty list of names was given to freeze() or unfreeze() of ${name}.`,
    why: 'It stands for no parameter.',
    fix: 'Name some, or give no list for all of them.',
  });
}

function isList(patterns: NamePattern | readonly NamePattern[]): patterns is readonly NamePattern[] {
  return Array.isArray(patterns);
}

/** A test of names by a pattern. */
export function matcherOf(pattern: NamePattern): (name: string) => boolean {
  // `search` begins anew each time, whatever the flags.
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
      why: 'Buffers, such as the tensors of a teacher, are not trained in any case.',
      fix: 'Leave the pattern out, or name parameters.',
    });
  }
  return new FulgurError('module', {
    what: `No parameter of ${kind} matches ${shown}.`,
    fix: near(module, pattern),
  });
}

/** So many names are shown. */
const SHOWN = 6;

/**
 * Which names, of parameters and of what is above them, are nearest to a pattern; else those one level below the part of it that
 * there is.
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
  return `Name some of ${listed.map((name) => `'${name}'`).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

/** Names one level below the longest beginning of a pattern that is a module's name; the outermost ones where none is. */
function belowMatchedPart(known: readonly string[], pattern: NamePattern): string[] {
  const parts = typeof pattern === 'string' ? pattern.split('.') : [];
  const beginnings = parts.map((_, depth) => `${parts.slice(0, depth + 1).join('.')}.`);
  const owner = beginnings.findLast((name) => known.some((other) => other.startsWith(name))) ?? '';
  return known.filter((name) => name.startsWith(owner) && !name.slice(owner.length).includes('.'));
}
