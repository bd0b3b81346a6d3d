import { FulgurError } from '../../errors';
import type { NativeLibrary, NativePointer } from './native-library';
import { decodeFields } from './protobuf';
import { TensorFlowError, checked, throwIfFailed } from './status';

/** The processes that compute together, and the place of this one among them. */
export interface Cluster {
  /** From 0. */
  readonly rank: number;
  /** `host:port` of every rank, by rank. */
  readonly addresses: readonly string[];
  /** The silence in seconds after which a rank counts as gone (default 10). */
  readonly heartbeatSeconds?: number;
  /** The time in seconds that ranks wait for each other at the start (default 300). */
  readonly joinSeconds?: number;
}

/** Field number of `ServerDef.default_session_config` in `tensorflow_server.proto`. */
const SESSION_CONFIG = 4;

const LAST_WAIT_MILLISECONDS = 60_000;

/** Returns a serialised `ServerDef`: this process as one task of a job with one task per rank. */
export function serverDefinition(library: NativeLibrary, cluster: Cluster): Uint8Array {
  const buffer = checked(
    library,
    (status) => library['TFE_GetServerDef']!(definitionText(cluster), status) as NativePointer,
  );
  try {
    return library.bufferBytes(buffer);
  } finally {
    library['TF_DeleteBuffer']!(buffer);
  }
}

/** Returns the serialised `ConfigProto` that a context needs to be this task. */
export function sessionConfigOf(definition: Uint8Array): Uint8Array {
  for (const { number, value } of decodeFields(definition)) {
    if (number === SESSION_CONFIG && typeof value !== 'number') return value;
  }
  return new Uint8Array();
}

/** Returns the device of a rank, as TensorFlow names it: every rank's context lists the devices of all. */
export function taskDevice(rank: number, device: string): string {
  return `/job:worker/replica:0/task:${rank}/device:${device}`;
}

/**
 * Starts this rank's server and waits for the others, before any tensor is made.
 * @throws FulgurError `ranks` if ranks are missing, or the port is taken.
 */
export async function joinCluster(
  library: NativeLibrary,
  context: NativePointer,
  definition: Uint8Array,
  cluster: Cluster,
): Promise<void> {
  const status: NativePointer = library['TF_NewStatus']!();
  try {
    await new Promise<void>((resolve, reject) => {
      library['TFE_EnableCollectiveOps']!.async(
        ...[context, definition, definition.length, status],
        (error: Error | null) => {
          if (error === null) resolve();
          else reject(error);
        },
      );
    });
    throwIfFailed(library, status);
  } catch (error) {
    throw error instanceof TensorFlowError ? notJoined(error, cluster) : error;
  } finally {
    library['TF_DeleteStatus']!(status);
    takeSignalsBack();
  }
}

/** Waits at the end until all ranks have arrived, or for a minute; ranks that are missing then do not matter. */
export async function waitForAll(library: NativeLibrary, context: NativePointer): Promise<void> {
  const status: NativePointer = library['TF_NewStatus']!();
  await new Promise<void>((resolve) => {
    library['TFE_WaitAtBarrier']!.async(...[context, 'end', LAST_WAIT_MILLISECONDS, status], () => resolve());
  });
  library['TF_DeleteStatus']!(status);
}

/** TensorFlow's coordination service handles SIGTERM itself; adding a listener again takes it back. */
function takeSignalsBack(): void {
  const listeners = process.listeners('SIGTERM');
  process.removeAllListeners('SIGTERM');
  for (const listener of listeners) process.on('SIGTERM', listener);
}

function definitionText({ rank, addresses, heartbeatSeconds = 10, joinSeconds = 300 }: Cluster): string {
  const tasks = addresses.map((address, task) => `tasks { key: ${task} value: ${JSON.stringify(address)} }`);
  const leader = '/job:worker/replica:0/task:0';
  const coordination = [
    'service_type: "standalone"',
    `service_leader: "${leader}"`,
    'enable_health_check: true',
    `heartbeat_timeout_in_ms: ${Math.round(1000 * heartbeatSeconds)}`,
    `cluster_register_timeout_in_ms: ${Math.round(1000 * joinSeconds)}`,
    'cluster_register_with_barrier: true',
    `coordinated_job_list { name: "worker" num_tasks: ${addresses.length} }`,
  ];
  return [
    `cluster { job { name: "worker" ${tasks.join(' ')} } }`,
    `job_name: "worker" task_index: ${rank} protocol: "grpc"`,
    `default_session_config { device_filters: "/job:worker/task:${rank}"`,
    `experimental { collective_group_leader: "${leader}"`,
    `coordination_config { ${coordination.join(' ')} } } }`,
  ].join(' ');
}

function notJoined(cause: TensorFlowError, { rank, addresses, joinSeconds = 300 }: Cluster): FulgurError {
  const own = addresses[rank] ?? '';
  if (/could not start grpc server|address already in use|failed to bind/i.test(cause.message)) {
    return new FulgurError('ranks', {
      what: `Rank ${rank} cannot listen on ${own}: another program uses this port.`,
      fix: 'Choose another port for it, or end that program.',
      cause,
    });
  }
  const named = /timed out task names:((?:\s*\/job:worker\/replica:\d+\/task:\d+)+)/.exec(cause.message)?.[1];
  const missing = [...(named ?? '').matchAll(/task:(\d+)/g)].map(([, task]) => Number(task));
  // Without a list no rank answered that could have made one.
  const ranks = missing.length > 0 ? missing : [0];
  const who = ranks.map((missed) => `Rank ${missed} (${addresses[missed] ?? 'unknown'})`).join(', ');
  return new FulgurError('ranks', {
    what: `${who} did not arrive within ${joinSeconds} s, so rank ${rank} of ${addresses.length} cannot train.`,
    fix: 'Start all ranks at about the same time, and read the output of the one that is missing.',
    cause,
  });
}
