import { FulgurError } from '../errors';
import { ParameterList } from '../nn';
import type { Parameter } from '../nn';
import type { Schedule } from './schedule';

/** Options that every optimiser has. */
export interface CommonOptions {
  /** A number, or a schedule of numbers by step. */
  readonly learningRate: number | Schedule;
}

/** Parameters with options of their own; what is left out comes from the optimiser's options. */
export type ParameterGroup<Options> = { readonly parameters: ParameterList } & Partial<Options>;

/** What an optimiser updates: `module.parameters()`, or groups of them. */
export type OptimizerParameters<Options> = ParameterList | readonly ParameterGroup<Options>[];

/** A group with every option settled. */
export interface SettledGroup<Options> {
  readonly options: Options;
  readonly members: readonly [name: string, parameter: Parameter][];
}

/**
 * @throws FulgurError `module` where there is nothing to update, or one name or parameter stands twice.
 */
export function settleGroups<Options extends CommonOptions>(
  kind: string,
  parameters: OptimizerParameters<Options>,
  options: Options,
): SettledGroup<Options>[] {
  const groups = parameters instanceof ParameterList ? [{ parameters }] : parameters;
  const settled = groups.map(({ parameters: list, ...own }) => ({
    options: { ...options, ...own },
    members: list.entries(),
  }));
  const members = settled.flatMap((group) => group.members);
  if (members.length === 0) {
    throw new FulgurError('module', {
      what: `optim.${kind} was given no parameters.`,
      fix: 'Pass module.parameters() of a module that has some.',
    });
  }
  refuseRepeated(kind, members);
  return settled;
}

function refuseRepeated(kind: string, members: readonly [string, Parameter][]): void {
  const names = new Set<string>();
  const seen = new Set<Parameter>();
  for (const [name, parameter] of members) {
    if (names.has(name) || seen.has(parameter)) {
      throw new FulgurError('module', {
        what: `optim.${kind} was given the parameter '${name}' twice.`,
        why: 'State and gradients are kept by name.',
        fix: 'Take all groups from parameters() of one module, and each parameter in one group only.',
      });
    }
    names.add(name);
    seen.add(parameter);
  }
}
