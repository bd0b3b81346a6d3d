import type { ResolvedConfig } from '../../config';
import { FulgurError } from '../../errors';
import { experimentDefinition } from '../../metadata';
import type { ExperimentClass } from '../../metadata';
import { Command } from '../command';
import { embed } from './embed';
import { exportCommand } from './export';
import { finetune } from './finetune';
import { fit } from './fit';
import { knn } from './knn';
import { neighbours } from './neighbours';
import { map } from './map';
import { predict } from './predict';
import { probe } from './probe';
import { report } from './report';
import { test } from './test';
import { validate } from './validate';
import { views } from './views';

/** The commands of every experiment, in the order of `--help`; the first one is the default. */
export const builtInCommands = [
  fit,
  validate,
  test,
  predict,
  probe,
  knn,
  finetune,
  embed,
  neighbours,
  exportCommand,
  views,
  map,
  report,
] as const;

/**
 * Returns the command that a command line names.
 *
 * @throws FulgurError `config` for a command that `defineCommand` did not make.
 */
export function commandOf(experiment: ExperimentClass, { command: name }: ResolvedConfig): Command {
  const own = experimentDefinition(experiment).commands ?? [];
  const found = [...builtInCommands, ...own].find((command) => command.name === name);
  if (found instanceof Command) return found;
  throw new FulgurError('config', {
    what: `The command '${name}' of ${experiment.name} was not made by defineCommand.`,
    fix: `Write commands: [defineCommand({ name: '${name}', ... })].`,
  });
}
