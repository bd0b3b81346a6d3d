import type { CommandWords } from '../contracts';
import { experimentDefinition, hyperParameters } from '../metadata';
import type { ExperimentClass } from '../metadata';
import { isObjectProperty } from '../system';
import { reservedNames, sectionsOf } from './option';
import type { Problem } from './problems';

/** Reports hyperparameters whose name already means something else on the command line. */
export function takenNames(experiment: ExperimentClass, commands: readonly CommandWords[]): Problem[] {
  const names = [...reservedNames, ...sectionsOf(commands)];
  return hyperParameters(experiment)
    .filter(({ name }) => names.includes(name) || isObjectProperty(name))
    .map(({ name }) => ({
      where: `${name} of ${experiment.name}`,
      what: isObjectProperty(name)
        ? 'is the name of a property that every object has; give the hyperparameter another name'
        : 'is the name of an option of every run; give the hyperparameter another name',
    }));
}

/** Reports commands of an experiment whose name already means something else, or whose options lack a default. */
export function wrongCommands(experiment: ExperimentClass, builtIn: readonly CommandWords[]): Problem[] {
  const own = experimentDefinition(experiment).commands ?? [];
  return own.flatMap(({ name, options }, index): Problem[] => {
    const before = [...builtIn, ...own.slice(0, index)].map((command) => command.name);
    const where = `command '${name}' of ${experiment.name}`;
    const otherwise = 'give the command another name';
    if (!/^[a-z][a-z0-9-]*$/i.test(name) || isObjectProperty(name))
      return [{ where, what: `must have a name of letters, digits and hyphens; ${otherwise}` }];
    if (before.includes(name)) return [{ where, what: `is the name of another command; ${otherwise}` }];
    if ([...reservedNames, 'hyperparameters'].includes(name))
      return [{ where, what: `is the name of an option of every run; ${otherwise}` }];
    return Object.entries(options)
      .filter(([, schema]) => !schema.safeParse(undefined).success)
      .map(([option]) => ({
        where: `option ${option} of ${where}`,
        what: 'has no default; write .default(...) after its type',
      }));
  });
}
