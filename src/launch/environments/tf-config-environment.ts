import { FulgurError, valueText } from '../../errors';
import type { World } from '../world';
import { parseAddress, placeOnHost } from './address';
import type { ClusterEnvironment } from './cluster-environment';
import { valueOf } from './variables';
import type { Variables } from './variables';

const source = 'TF_CONFIG';

/**
 * The environment of `TF_CONFIG`, as set by Kubeflow's TFJob: a chief, if there is one, is rank 0, followed by the
 * workers.
 */
export class TfConfigEnvironment implements ClusterEnvironment {
  private constructor(
    readonly rank: number,
    private readonly addresses: readonly string[],
  ) {}

  /**
   * Returns `null` if `TF_CONFIG` is not set or names no cluster.
   * @throws FulgurError of kind `config` if it is not a cluster of a chief and workers.
   */
  static from(variables: Variables): TfConfigEnvironment | null {
    const text = valueOf(variables, source);
    const config = text === null ? {} : parse(text);
    const cluster = field(config, 'cluster');
    if (cluster === undefined || cluster === null) return null;
    if (!isRecord(cluster)) throw problem('The "cluster" of TF_CONFIG is not an object.');
    if (Object.keys(cluster).length === 0) return null;

    const chiefs = addressesOf(cluster, 'chief');
    const workers = addressesOf(cluster, 'worker');
    refuseOtherTasks(cluster);
    if (chiefs.length > 1) throw problem(`TF_CONFIG has ${chiefs.length} chiefs.`, 'Name at most one chief.');
    const addresses = [...chiefs, ...workers];
    const twice = addresses.find((address, rank) => addresses.indexOf(address) !== rank);
    if (twice !== undefined) {
      throw problem(`TF_CONFIG has the address ${twice} twice.`, 'Give every task its own address.');
    }
    return new TfConfigEnvironment(rankOf(field(config, 'task'), chiefs.length, workers.length), addresses);
  }

  get worldSize(): number {
    return this.addresses.length;
  }

  world(): Promise<World> {
    const { rank, worldSize, addresses } = this;
    return Promise.resolve({ rank, worldSize, ...placeOnHost(addresses, rank), addresses, source });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw problem('TF_CONFIG is not JSON.', undefined, cause);
  }
}

function addressesOf(cluster: Record<string, unknown>, type: string): string[] {
  const list = Object.hasOwn(cluster, type) ? (cluster[type] ?? []) : [];
  if (!Array.isArray(list)) {
    throw problem(
      `"${type}" in TF_CONFIG's cluster is not a list of addresses.`,
      'List all addresses for every task; in a TFJob, remove enableDynamicWorker.',
    );
  }
  return list.map((address: unknown) => {
    if (typeof address === 'string' && parseAddress(address) !== null) return address;
    throw problem(`TF_CONFIG has the ${type} ${valueText(address)}, which is not "host:port".`);
  });
}

/** An evaluator may be listed, since it takes no part; lists of other types must be empty. */
function refuseOtherTasks(cluster: Record<string, unknown>): void {
  for (const [type, list] of Object.entries(cluster)) {
    if (['chief', 'worker', 'evaluator'].includes(type) || list === null) continue;
    if (Array.isArray(list) && list.length === 0) continue;
    if (type === 'ps') {
      throw problem(
        'TF_CONFIG has parameter servers ("ps").',
        'Remove them: gradients are averaged among the workers.',
      );
    }
    throw unknownType(type);
  }
}

function rankOf(task: unknown, chiefs: number, workers: number): number {
  const type = field(task, 'type');
  const index = field(task, 'index') ?? 0;
  if (type === 'evaluator') {
    throw problem(
      'TF_CONFIG makes this process an evaluator, which takes no part in training.',
      'Remove the evaluator, and evaluate a checkpoint with the command "test".',
    );
  }
  if (type === 'ps') {
    throw problem(
      'TF_CONFIG makes this process a parameter server ("ps").',
      'Start only a chief and workers.',
    );
  }
  if (type !== 'chief' && type !== 'worker') throw unknownType(type);
  const count = type === 'chief' ? chiefs : workers;
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= count) {
    throw problem(
      `TF_CONFIG makes this process the ${type} with index ${valueText(index)}, but lists ${count} of that type.`,
      'Number the tasks of a type from 0, and list the address of each.',
    );
  }
  return type === 'chief' ? index : chiefs + index;
}

function unknownType(type: unknown): FulgurError {
  const named = type === undefined ? 'no task type' : `the task type ${valueText(type)}`;
  return problem(`TF_CONFIG has ${named}.`, 'Use "chief" and "worker".');
}

const example = '{"cluster": {"worker": ["a:2222", "b:2222"]}, "task": {"type": "worker", "index": 0}}';

function problem(what: string, fix = `Write it as in ${example}.`, cause?: unknown): FulgurError {
  return new FulgurError('config', { what, fix, ...(cause === undefined ? {} : { cause }) });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}
