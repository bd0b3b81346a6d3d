import { processCommand, processVariables } from '../config';
import type { ResolvedConfig } from '../config';
import { checkPlugins } from '../container';
import type { Notify } from '../contracts';
import { locateTensorFlow, visibleGpus } from '../engine';
import { enterIsolation, isIsolated, isolateNetwork, launchLocally, localRankVariables } from '../launch';
import type { LaunchSignal } from '../launch';
import type { ExperimentClass } from '../metadata';
import { requireMemory } from '../system';
import { holdsCheckpoint } from '../run-folder';
import { checkRun, pluginsOf } from './check-run';
import type { Caller } from './scope';

export interface LaunchParts {
  readonly experiment: ExperimentClass;
  readonly config: ResolvedConfig;
  readonly args: readonly string[];
  /** The command words before the options, which name the experiment. */
  readonly caller: Caller | undefined;
  readonly notify: Notify;
  /** Number of processes to start. */
  readonly ranks: number;
  /** Whether to forward Slurm's SIGUSR1. */
  readonly underSlurm: boolean;
}

/** Memory of Node, TensorFlow and its threads, before there is a model. */
const LEAST_BYTES_OF_A_RANK = 250e6;

/** Returns the number of processes of a run on this host: one per device, or a single one if it does not train. */
export async function localRanks({ trains, trainer }: ResolvedConfig, notify: Notify): Promise<number> {
  const { devices, accelerator } = trainer;
  if (!trains) return 1;
  if (devices !== 'auto') return devices;
  return accelerator === 'cpu' ? 1 : Math.max(1, (await visibleGpus((line) => notify('info', line))).length);
}

/**
 * Starts the ranks of a run, each with this process's own command line, and supervises them.
 *
 * @returns the exit code for this process.
 * @throws FulgurError if the run cannot start on several ranks.
 */
export async function launchRanks(parts: LaunchParts): Promise<number> {
  const { experiment, config, args, caller, notify, ranks, underSlurm } = parts;
  const { accelerator } = config.trainer;
  const { isolate, maxRestarts, heartbeatSeconds } = config.cluster;
  requireMemory({
    bytes: ranks * LEAST_BYTES_OF_A_RANK,
    what: `Training on ${ranks} ranks of this host`,
    fix: 'Choose fewer with --devices.',
  });
  checkRun(experiment, config, ranks, caller);
  // The last rank's list lacks the plugins of the first rank; all problems are reported before any rank is started.
  checkPlugins(config.name, pluginsOf({ experiment, config }), ranks - 1);
  // Done once, instead of by every rank at the same time.
  await locateTensorFlow({ accelerator, onProgress: (line) => notify('info', line) });
  const signals: readonly LaunchSignal[] = [
    ...(['SIGINT', 'SIGTERM', 'SIGHUP'] as const),
    ...(underSlurm ? ['SIGUSR1' as const] : []),
  ];
  const program = [...processCommand(), ...(caller?.words ?? [])];
  const command = [...program, ...args];
  if (isolate && !isIsolated(processVariables())) return isolateNetwork(command, signals);
  if (isolate) enterIsolation();
  return launchLocally({
    ...{ ranks, command, maxRestarts, heartbeatSeconds, notify, signals },
    variables: (rank, ports) =>
      localRankVariables({ rank, addresses: ports.map((port) => `127.0.0.1:${port}`) }),
    commandToResume: (folder) =>
      holdsCheckpoint(folder) ? [...program, ...withoutResume(args), '--resume', folder] : null,
  });
}

function withoutResume(args: readonly string[]): string[] {
  return args.filter(
    (word, index) => word !== '--resume' && !word.startsWith('--resume=') && args[index - 1] !== '--resume',
  );
}
