import type { CommandWords } from '../contracts';
import { experimentDefinition, hyperParameters } from '../metadata';
import type { ExperimentClass } from '../metadata';
import { isObjectProperty } from '../system';
import { reservedNames, sectionsOf } from './option';
import type { Problem } from './problems';

/** Hyperparameters whose name on the command line means something else already. */
export function takenNames(experiment: ExperimentClass, commands: readonly CommandWords[]): Problem[] {
  const names = [...reservedNames, ...sectionsOf(commands)];
  return hyperParameters(experiment)
    .filter(({ name }) => names.includes(name) || isObjectProperty(name))
    .map(({ name }) => ({
      where: `${name} of ${experiment.name}`,
      what: isObjectProperty(name)
        ? 'is the name of a property of every object; call the hyperparameter otherwise'
        : 'is the name of an option of every run; call the hyperparameter otherwise',
    }));
}

/** Commands of an experiment whose name means something else already, or whose options nobody could leave out. */
export function wrongCommands(experiment: ExperimentClass, builtIn: readonly CommandWords[]): Problem[] {
  const own = experimentDefinition(experiment).commands ?? [];
  return own.flatMap(({ name, options }, index): Problem[] => {
    const before = [...builtIn, ...own.slice(0, index)].map((command) => command.name);
    const where = `command '${name}' of ${experiment.name}`;
    const otherwise = 'call the command otherwise';
    if (!/^[a-z][a-z0-9-]*$/i.test(name) || isObjectProperty(name))
      return [{ where, what: `has no name of letters, digits and hyphens; ${otherwise}` }];
    if (before.includes(name)) return [{ where, what: `is the name of another command; ${otherwise}` }];
    if ([...reservedNames, 'hyperparameters'].includes(name))
      return [{ where, what: `is the name of an option of every run; ${otherwise}` }];
    return Object.entries(options)
      .filter(([, schema]) => !schema.safeParse(undefined).success)
      .map(([option]) => ({
        where: `option ${option} of ${where}`,
        what: 'has no default; write .default(...) behind its type',
      }));
  });
}
