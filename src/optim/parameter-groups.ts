import { FulgurError, nearestName } from '../errors';
import { ParameterList } from '../nn';
import type { Parameter } from '../nn';
import { checkGate } from './gate';
import type { Gate } from './gate';
import { checkedOptions } from './option-rules';
import type { Scheduled } from './schedule';

/** Options that every optimiser has. */
export interface CommonOptions {
  /** A number, or a schedule of numbers by step. */
  readonly learningRate: Scheduled;
}

/** Parameters with their own options; options left out are those of the optimiser. */
export type ParameterGroup<Options> = { readonly parameters: ParameterList } & Gate & Partial<Options>;

/** The parameters that an optimiser updates: `module.parameters()`, or groups of them. */
export type OptimizerParameters<Options> = ParameterList | readonly ParameterGroup<Options>[];

/** A group with all options resolved. */
export interface SettledGroup<Options> {
  readonly options: Options;
  readonly members: readonly [name: string, parameter: Parameter][];
  /** `null` for a group that is trained from the start. */
  readonly gate: Gate | null;
}

/**
 * @param given the optimiser's options, and the names of all options that it has.
 * @throws FulgurError `module` if there is nothing to update, a name or parameter occurs twice, or a group has an
 *   option that the optimiser does not have; `config` for an option's number outside its range.
 */
export function settleGroups<Options extends CommonOptions>(
  kind: string,
  parameters: OptimizerParameters<Options>,
  { options, optionNames }: { readonly options: Options; readonly optionNames: readonly string[] },
): SettledGroup<Options>[] {
  const open: Gate = {};
  const groups = parameters instanceof ParameterList ? [{ parameters, ...open }] : parameters;
  const settled = groups.map(({ parameters: list, frozenEpochs, frozenSteps, ...own }) => {
    refuseUnknown(kind, Object.keys(own), optionNames);
    return {
      options: checkedOptions<Options>(kind, { ...options, ...own }),
      members: list.entries(),
      gate: checkGate(kind, { frozenEpochs, frozenSteps }),
    };
  });
  const members = settled.flatMap((group) => group.members);
  if (members.length === 0) {
    throw new FulgurError('module', {
      what: `optim.${kind} was given no parameters.`,
      fix: 'Pass module.parameters() of a module that has parameters.',
    });
  }
  refuseRepeated(kind, members);
  return settled;
}

function refuseUnknown(kind: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const nearest = nearestName(unknown, known);
  throw new FulgurError('module', {
    what: `A group of optim.${kind} has an option '${unknown}', which optim.${kind} does not have.`,
    fix: nearest === null ? `Its options are ${known.join(', ')}.` : `Did you mean ${nearest}?`,
  });
}

function refuseRepeated(kind: string, members: readonly [string, Parameter][]): void {
  const names = new Set<string>();
  const seen = new Set<Parameter>();
  for (const [name, parameter] of members) {
    if (names.has(name) || seen.has(parameter)) {
      throw new FulgurError('module', {
        what: `optim.${kind} was given the parameter '${name}' twice.`,
        why: 'State and gradients are identified by name.',
        fix: 'Take all groups from parameters() of one module, and each parameter in one group only.',
      });
    }
    names.add(name);
    seen.add(parameter);
  }
}
