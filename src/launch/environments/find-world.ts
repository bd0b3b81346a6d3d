import type { World } from '../world';
import type { ClusterEnvironment, JoinOptions } from './cluster-environment';
import { LocalEnvironment } from './local-environment';
import { SlurmEnvironment } from './slurm-environment';
import { TfConfigEnvironment } from './tf-config-environment';
import { TorchrunEnvironment } from './torchrun-environment';
import type { Variables } from './variables';

/** Innermost launcher first: Slurm often starts torchrun, and any of them may start ours. */
const environments = [LocalEnvironment, TfConfigEnvironment, TorchrunEnvironment, SlurmEnvironment] as const;

/**
 * Finds the world in which this process was started; `null` for a single process. The first environment whose variables
 * are set decides, even if it says that this process is alone.
 * @throws FulgurError if variables are inconsistent, or the ranks do not meet in time.
 */
export async function findWorld(variables: Variables, options: JoinOptions = {}): Promise<World | null> {
  const environment = clusterOf(variables);
  return environment === null ? null : environment.world(options);
}

/**
 * Whether `findWorld` would find more than one rank; does not meet the others.
 * @throws FulgurError if variables are inconsistent.
 */
export function describesCluster(variables: Variables): boolean {
  return clusterOf(variables) !== null;
}

function clusterOf(variables: Variables): ClusterEnvironment | null {
  for (const { from } of environments) {
    const environment = from(variables);
    if (environment !== null) return environment.worldSize > 1 ? environment : null;
  }
  return null;
}
