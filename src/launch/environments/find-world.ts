import type { World } from '../world';
import type { ClusterEnvironment, JoinOptions } from './cluster-environment';
import { LocalEnvironment } from './local-environment';
import { SlurmEnvironment } from './slurm-environment';
import { TfConfigEnvironment } from './tf-config-environment';
import { TorchrunEnvironment } from './torchrun-environment';
import type { Variables } from './variables';

/** The nearest launcher first: Slurm often starts torchrun, and any of them may start ours. */
const environments = [LocalEnvironment, TfConfigEnvironment, TorchrunEnvironment, SlurmEnvironment] as const;

/**
 * The world that whoever started this process put it in; `null` for a single process. The first environment that
 * left its variables decides, also where it says that this process is alone.
 * @throws FulgurError where variables do not fit together, or the ranks do not come together in time.
 */
export async function findWorld(variables: Variables, options: JoinOptions = {}): Promise<World | null> {
  const environment = clusterOf(variables);
  return environment === null ? null : environment.world(options);
}

/**
 * Whether `findWorld` would find more than one rank; meets nobody.
 * @throws FulgurError where variables do not fit together.
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
