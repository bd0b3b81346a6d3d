import { FulgurError } from '../../errors';
import type { World } from '../world';
import { placeOnHost } from './address';
import type { ClusterEnvironment, JoinOptions } from './cluster-environment';
import { meet } from './rendezvous/meet';
import type { MeetingPlace } from './rendezvous/meeting';
import { expandHostList, expandTaskCounts } from './slurm-lists';
import { missing, portNumber, rankBelow, valueOf, wholeNumberIn } from './variables';
import type { Variables } from './variables';

const source = 'Slurm';
const alone = { localRank: 0, localWorldSize: 1 };

/**
 * The environment of a task started by `srun`. A batch script and the shell of `salloc` are not tasks, although they
 * see `SLURM_NTASKS`: they have no step, or one of the highest numbers, which Slurm reserves.
 */
export class SlurmEnvironment implements ClusterEnvironment {
  private constructor(
    readonly rank: number,
    readonly worldSize: number,
    private readonly local: { readonly localRank: number; readonly localWorldSize: number } | null,
    private readonly place: MeetingPlace | null,
    private readonly cores: number | null,
  ) {}

  /**
   * Returns `null` if `srun` did not start this process as a task.
   * @throws FulgurError of kind `config` if the variables are inconsistent.
   */
  static from(variables: Variables): SlurmEnvironment | null {
    const step = stepOf(variables);
    if (step === null || isTerminal(variables)) return null;
    // SLURM_NTASKS can be the job's own (srun --preserve-env); the step's number is always the step's.
    const sizeName = ['SLURM_STEP_NUM_TASKS', 'SLURM_NTASKS'].find(
      (name) => valueOf(variables, name) !== null,
    );
    if (sizeName === undefined || valueOf(variables, 'SLURM_PROCID') === null) return null;
    const worldSize = wholeNumberIn(variables, sizeName, { least: 1 }) ?? 1;
    const rank = rankBelow(variables, 'SLURM_PROCID', worldSize, sizeName) ?? 0;
    if (worldSize === 1) return new SlurmEnvironment(rank, 1, alone, null, null);
    // srun binds each task to its own cores.
    const cores = wholeNumberIn(variables, 'SLURM_CPUS_PER_TASK', { least: 1 });
    const place = placeOf(variables, step, rank);
    return new SlurmEnvironment(rank, worldSize, localPlace(variables), place, cores);
  }

  async world(options: JoinOptions = {}): Promise<World> {
    const { rank, worldSize, place, cores } = this;
    const addresses = place === null ? [] : await meet({ ...place, rank, worldSize }, options);
    const local = this.local ?? placeOnHost(addresses, rank);
    return { rank, worldSize, ...local, ...(cores === null ? {} : { cores }), addresses, source };
  }
}

/**
 * Returns the port on which rank 0 of a step listens, from 20000 to 59999: 20000 + (job id + 1000 × step id) mod 40000,
 * so that neighbouring jobs and the steps of one job do not share it.
 */
export function slurmPort(jobId: number, stepId: number): number {
  return 20_000 + ((jobId + 1000 * stepId) % 40_000);
}

/** Returns the number of the step; `null` for none, and for those of batch scripts and `salloc`'s shell. */
function stepOf(variables: Variables): number | null {
  const text = valueOf(variables, 'SLURM_STEP_ID') ?? valueOf(variables, 'SLURM_STEPID');
  const step = text === null ? NaN : Number(text);
  return Number.isInteger(step) && step >= 0 && step < 0xffff_fff0 ? step : null;
}

/**
 * Whether this is a shell opened by `srun --pty`: only the first of the step's tasks has the terminal, and what is
 * typed there runs once. `salloc`'s own shell names its job `interactive`, and `srun` inherits that name, so the name
 * alone is not conclusive.
 */
function isTerminal(variables: Variables): boolean {
  const command = valueOf(variables, 'SLURM_JOB_NAME')?.split('/').at(-1) ?? '';
  return valueOf(variables, 'SLURM_PTY_PORT') !== null && /^(ba|da|z|k|c|tc|fi)?sh$/.test(command);
}

function localPlace(variables: Variables) {
  const counts =
    valueOf(variables, 'SLURM_STEP_TASKS_PER_NODE') ?? valueOf(variables, 'SLURM_TASKS_PER_NODE');
  const node = wholeNumberIn(variables, 'SLURM_NODEID') ?? hostsOf(variables).indexOf(nameOf(variables));
  const localWorldSize = counts === null ? undefined : expandTaskCounts(counts)[node];
  if (localWorldSize === undefined) return null;
  const localRank = rankBelow(variables, 'SLURM_LOCALID', localWorldSize, "Slurm's number of tasks here");
  return localRank === null ? null : { localRank, localWorldSize };
}

function placeOf(variables: Variables, step: number, rank: number): MeetingPlace {
  const job = wholeNumberIn(variables, 'SLURM_JOB_ID') ?? wholeNumberIn(variables, 'SLURM_JOBID');
  if (job === null) throw missing('SLURM_JOB_ID', source);
  const own = valueOf(variables, 'MASTER_ADDR');
  const host = own ?? hostsOf(variables)[0];
  if (host === undefined) throw missing('SLURM_STEP_NODELIST', source);
  if (rank === 0 && own === null && (wholeNumberIn(variables, 'SLURM_NODEID') ?? 0) !== 0) {
    throw new FulgurError('config', {
      what: `Slurm put rank 0 on a node other than the first, ${host}, where the other ranks expect it.`,
      fix: 'Start with srun --distribution=block, or set MASTER_ADDR to the host of rank 0.',
    });
  }
  const port = portNumber(variables, 'MASTER_PORT') ?? slurmPort(job, step);
  return { host, port, token: `slurm-${job}.${step}` };
}

function hostsOf(variables: Variables): string[] {
  const list = valueOf(variables, 'SLURM_STEP_NODELIST') ?? valueOf(variables, 'SLURM_NODELIST');
  return list === null ? [] : expandHostList(list);
}

function nameOf(variables: Variables): string {
  return valueOf(variables, 'SLURMD_NODENAME') ?? '';
}
