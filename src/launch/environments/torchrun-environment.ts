import { FulgurError } from '../../errors';
import type { World } from '../world';
import { placeOnHost } from './address';
import type { ClusterEnvironment, JoinOptions } from './cluster-environment';
import { meet } from './rendezvous/meet';
import type { MeetingPlace } from './rendezvous/meeting';
import { missing, portNumber, rankBelow, valueOf, wholeNumberIn } from './variables';
import type { Variables } from './variables';

const source = 'torchrun';
const alone = { localRank: 0, localWorldSize: 1 };

/** The environment of torchrun. Kubeflow's PyTorchJob sets the same variables, except the local ones. */
export class TorchrunEnvironment implements ClusterEnvironment {
  private constructor(
    readonly rank: number,
    readonly worldSize: number,
    private readonly local: { readonly localRank: number; readonly localWorldSize: number } | null,
    private readonly place: MeetingPlace | null,
  ) {}

  /**
   * Returns `null` if `RANK` or `WORLD_SIZE` is not set: scripts for Slurm often set only the size.
   * @throws FulgurError of kind `config` if the variables are inconsistent.
   */
  static from(variables: Variables): TorchrunEnvironment | null {
    const worldSize = wholeNumberIn(variables, 'WORLD_SIZE', { least: 1 });
    if (worldSize === null || valueOf(variables, 'RANK') === null) return null;
    const rank = rankBelow(variables, 'RANK', worldSize, 'WORLD_SIZE') ?? 0;
    if (worldSize === 1) return new TorchrunEnvironment(rank, 1, alone, null);
    return new TorchrunEnvironment(rank, worldSize, localPlace(variables), placeOf(variables));
  }

  async world(options: JoinOptions = {}): Promise<World> {
    const { rank, worldSize, place } = this;
    const addresses = place === null ? [] : await meet({ ...place, rank, worldSize }, options);
    const local = this.local ?? placeOnHost(addresses, rank);
    return { rank, worldSize, ...local, addresses, source };
  }
}

function localPlace(variables: Variables) {
  const size = wholeNumberIn(variables, 'LOCAL_WORLD_SIZE', { least: 1 });
  if (size !== null) {
    const localRank = rankBelow(variables, 'LOCAL_RANK', size, 'LOCAL_WORLD_SIZE');
    return localRank === null ? null : { localRank, localWorldSize: size };
  }
  // A PyTorchJob relies on torchrun to start several processes in a pod.
  const perPod = valueOf(variables, 'PET_NPROC_PER_NODE');
  if (
    valueOf(variables, 'LOCAL_RANK') === null &&
    perPod !== null &&
    /^\d+$/.test(perPod) &&
    perPod !== '1'
  ) {
    throw new FulgurError('config', {
      what: `The PyTorchJob asks for ${perPod} processes per pod (nprocPerNode), but this one was started without torchrun.`,
      fix: 'Remove nprocPerNode and add replicas, or start the program with torchrun --no-python.',
    });
  }
  return null;
}

function placeOf(variables: Variables): MeetingPlace {
  const host = valueOf(variables, 'MASTER_ADDR');
  if (host === null) throw missing('MASTER_ADDR', source);
  const port = portNumber(variables, 'MASTER_PORT');
  if (port === null) throw missing('MASTER_PORT', source);
  // torchrun's own agent then uses that port for as long as its workers live.
  const taken = valueOf(variables, 'TORCHELASTIC_USE_AGENT_STORE')?.toLowerCase() === 'true';
  if (taken && port === 65_535) {
    throw new FulgurError('config', {
      what: "MASTER_PORT is 65535, which torchrun's agent uses, and there is no port after it.",
      fix: 'Give torchrun a smaller --master-port.',
    });
  }
  const id = valueOf(variables, 'TORCHELASTIC_RUN_ID') ?? valueOf(variables, 'SLURM_JOB_ID') ?? 'none';
  // torchrun's default if the job was given no id; every other job without one has the same.
  const open = id === 'none';
  return { host, port: taken ? port + 1 : port, open, token: open ? `${host}:${port}` : id };
}
