import { resolveConfig, wantedCheckpoint } from '../config';
import type { ResolvedConfig } from '../config';
import type { Recalled } from '../contracts';
import { experimentDefinition } from '../metadata';
import type { ExperimentClass } from '../metadata';
import { findRunFolder, hasCheckpoint } from '../run-folder';
import { builtInCommands } from './commands';
import { requireComparable } from './resume';
import type { Caller } from './scope';

/**
 * Resolves a run's configuration. A command that starts from a checkpoint has the configuration of the checkpoint's
 * run, except for options that are given explicitly; a fit is not started if these would change its numbers.
 *
 * @throws ConfigError, PrintAndExit as `resolveConfig` does; FulgurError `checkpoint` if the checkpoint does not exist,
 *   or too much has changed.
 */
export async function configureRun(
  experiment: ExperimentClass,
  args: readonly string[],
  caller?: Caller,
): Promise<ResolvedConfig> {
  const program = caller === undefined ? null : ['fulgur', ...caller.words].join(' ');
  const recalled = await recall(experiment, args, program);
  const config = resolveConfig(experiment, args, builtInCommands, recalled, program);
  if (recalled !== null) requireComparable(recalled, experiment, config);
  return config;
}

/** Returns `null` if a command starts from no checkpoint, or none can be read, which the run reports later. */
async function recall(
  experiment: ExperimentClass,
  args: readonly string[],
  program: string | null,
): Promise<Recalled | null> {
  const wanted = wantedCheckpoint(experiment, args, builtInCommands, program);
  const plugins = experimentDefinition(experiment).plugins ?? [];
  const reader = plugins.find((plugin) => plugin.recall !== undefined);
  if (wanted === null || reader?.recall === undefined) return null;
  const { defaultRootDir: root, experiment: name, isTrial } = wanted;
  if (wanted.selector === 'auto' && !hasCheckpoint(root, name)) return null;
  const selector = wanted.selector === 'auto' ? 'last' : wanted.selector;
  if (isTrial && (selector === 'last' || selector === 'best')) return null;
  const folder = findRunFolder({ root, experiment: name, resume: selector });
  return reader.recall(selector, folder?.path ?? null);
}
