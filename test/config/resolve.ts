import { resolveConfig as resolve } from '../../src/config';
import type { ResolvedConfig } from '../../src/config';
import type { Recalled } from '../../src/contracts';
import type { ExperimentClass } from '../../src/metadata';
import { builtInCommands } from '../../src/run/commands';

/** Resolves the configuration of an experiment with the commands that all experiments have. */
export function resolveConfig(
  experiment: ExperimentClass,
  args: readonly string[],
  recalled: Recalled | null = null,
): ResolvedConfig {
  return resolve(experiment, args, builtInCommands, recalled);
}
