import { FulgurError } from '../errors';
import { ParameterList, listNames, matcherOf } from '../nn';
import type { Module, NamePattern, Parameter } from '../nn';
import type { AdamOptions } from './adam';
import type { Gate } from './gate';
import type { LarsOptions } from './lars';
import type { ParameterGroup } from './parameter-groups';
import type { SgdOptions } from './sgd';

/** The parameters to which a rule applies: a pattern of state-dict names, as in `freeze()`, or a test. */
export type ParameterMatch = NamePattern | ((parameter: Parameter, name: string) => boolean);

/** Every option that a group may set; the optimiser rejects those that it does not have. */
export type GroupOptions = Gate & Partial<SgdOptions & LarsOptions & AdamOptions>;

/** Options of the matching parameters. */
export type GroupRule = { readonly match: ParameterMatch | readonly ParameterMatch[] } & GroupOptions;

/**
 * Whether a parameter is a bias or the weight of a norm layer: it has at most one dimension, or its name ends with
 * `bias`. This is timm's rule; lightly's `get_weight_decay_parameters` finds the same in networks of convolutions,
 * linear and norm layers.
 */
export function isBiasOrNorm(parameter: Parameter, name: string): boolean {
  return parameter.rank <= 1 || /(^|\.)bias$/.test(name);
}

/**
 * Returns parameter groups in which biases and norms have no weight decay.
 *
 * @param model a module, or parameters of one.
 * @param also other parameters without weight decay, such as timm's `['cls_token', 'pos_embed']`.
 * @throws FulgurError `module` if there are no parameters, or a part of `also` matches nothing.
 *
 * @example
 * optim.lars(optim.noDecay(this), { learningRate: 0.3, momentum: 0.9, weightDecay: 1e-6 });
 */
export function noDecay(
  model: Module | ParameterList,
  { also = [] }: { readonly also?: readonly ParameterMatch[] } = {},
): ParameterGroup<GroupOptions>[] {
  return groups(model, [{ match: [isBiasOrNorm, ...also], weightDecay: 0 }]);
}

/**
 * Returns parameter groups by rule. A parameter that several rules match has the options of all of them; one that no
 * rule matches has the optimiser's options. The order of rules has no effect.
 *
 * @param model a module, or parameters of one.
 * @throws FulgurError `module` for a match without a parameter, and for two rules that give one parameter the same option.
 *
 * @example
 * optim.groups(this, [
 *   { match: optim.isBiasOrNorm, weightDecay: 0 },
 *   { match: 'student_head.last_layer', frozenEpochs: 1 },
 * ]);
 */
export function groups(
  model: Module | ParameterList,
  rules: readonly GroupRule[],
): ParameterGroup<GroupOptions>[] {
  const all = model instanceof ParameterList ? model : model.parameters();
  rules.forEach((rule, index) => requireMatches(all, rule, index));
  const found = new Map<string, { options: GroupOptions; names: Set<string> }>();
  for (const [name, parameter] of all.entries()) {
    const own = rules.flatMap((rule, index) => (matches(rule, parameter, name) ? [index] : []));
    const key = own.join(' ');
    const group = found.get(key) ?? { options: optionsOf(rules, own, name), names: new Set() };
    group.names.add(name);
    found.set(key, group);
  }
  // Parameters that no rule matches come first, then groups in the order of their rules.
  return [...found]
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([, { options, names }]) => ({
      parameters: all.filter((_, name) => names.has(name)),
      ...options,
    }));
}

function matchesOf({ match }: GroupRule): readonly ParameterMatch[] {
  return Array.isArray(match) ? (match as readonly ParameterMatch[]) : [match as ParameterMatch];
}

function matches(rule: GroupRule, parameter: Parameter, name: string): boolean {
  return matchesOf(rule).some((match) => fits(match, parameter, name));
}

function fits(match: ParameterMatch, parameter: Parameter, name: string): boolean {
  return typeof match === 'function' ? match(parameter, name) : matcherOf(match)(name);
}

function requireMatches(all: ParameterList, rule: GroupRule, index: number): void {
  if (matchesOf(rule).length === 0) {
    throw new FulgurError('module', {
      what: `Rule ${index + 1} of optim.groups has an empty list as its match.`,
      why: 'It would apply to no parameter.',
      fix: 'Add the names of the parameters to which it applies, or remove the rule.',
    });
  }
  const none = matchesOf(rule).find(
    (match) => !all.entries().some(([name, each]) => fits(match, each, name)),
  );
  if (none === undefined) return;
  const names = all.entries().map(([name]) => name);
  throw new FulgurError('module', {
    what: `Rule ${index + 1} of optim.groups matches no parameter with ${shownMatch(none)}.`,
    why: names.length === 0 ? 'The module has none.' : `There are ${listNames(names, names)}.`,
    fix: "Use the state dict's names, as stateDict() returns them, or remove the rule.",
  });
}

/** Returns the options of all rules that match a parameter. */
function optionsOf(rules: readonly GroupRule[], own: readonly number[], name: string): GroupOptions {
  const givenBy = new Map<string, number>();
  const options: Record<string, unknown> = {};
  for (const index of own) {
    for (const [option, value] of Object.entries(rules[index] ?? {})) {
      if (option === 'match') continue;
      const other = givenBy.get(option);
      if (other !== undefined) throw givenTwice(name, option, [other, index]);
      givenBy.set(option, index);
      options[option] = value;
    }
  }
  return options;
}

function givenTwice(name: string, option: string, [first, second]: readonly [number, number]): FulgurError {
  return new FulgurError('module', {
    what: `Rules ${first + 1} and ${second + 1} of optim.groups both set ${option} of the parameter '${name}'.`,
    why: 'It is not clear which of the two applies.',
    fix: 'Narrow one of them, so that a parameter has each option from only one rule.',
  });
}

function shownMatch(match: ParameterMatch): string {
  if (typeof match === 'function')
    return ['', 'match'].includes(match.name) ? 'its test' : `the test ${match.name}`;
  return typeof match === 'string' ? `'${match}'` : String(match);
}
