import { availableParallelism } from 'node:os';
import { quietenTensorFlow, wantsTensorFlowLog } from '../config/environment';
import { FulgurError, doctorCommand } from '../errors';
import { Binding } from './backend/binding';
import { EagerRunner } from './backend/eager-runner';
import { registerBackend } from './backend/register-backend';
import { joinCluster, serverDefinition, sessionConfigOf, taskDevice } from './native/cluster';
import type { Cluster } from './native/cluster';
import { createContext, listDevices } from './native/context';
import type { Device } from './native/context';
import { currentEngine, engineInfo, isStarted, setCurrentEngine } from './current-engine';
import type { EngineInfo } from './current-engine';
import { locateTensorFlow } from './install';
import { loadNativeLibrary } from './native/native-library';
import type { NativeLibrary, NativePointer } from './native/native-library';
import { withQuietStderr } from './native/quiet-stderr';
import { seedEverything } from './random';

/** Options of `start`. */
export interface StartOptions {
  /** The seed of every random draw (default 0). */
  readonly seed?: number;
  /** The device of tensors (default `auto`: a GPU if there is a usable one). */
  readonly accelerator?: 'auto' | 'cpu' | 'gpu';
  /** The number of threads that one operation may use (default: one per core). */
  readonly threads?: number;
  /** Receives the installation's progress (default: nothing is reported). */
  readonly onProgress?: (line: string) => void;
  /** The processes that compute together, of which this is one (default: none). */
  readonly cluster?: Cluster | undefined;
}

/**
 * Finds TensorFlow, or installs it, and makes it the backend of tfjs; in a cluster, waits for the other ranks. A second
 * call only sets the seed.
 *
 * @throws FulgurError `engine` if TensorFlow is unavailable, or a GPU was requested and cannot be used; `ranks` if
 *   other ranks are missing.
 */
export async function start(options: StartOptions = {}): Promise<EngineInfo> {
  seedEverything(options.seed ?? 0);
  if (isStarted()) return engineInfo();
  const { accelerator = 'auto', cluster } = options;
  const found = await locateTensorFlow({
    accelerator,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  if (isStarted()) return engineInfo();
  const contextOptions = { threads: options.threads ?? 0, cpuOnly: accelerator === 'cpu' };
  const open = (): Opened => {
    // The libraries in the cache are compared with the manifest of their installation.
    const areChecked = found.source === 'cache' || found.source === 'installed';
    const library = loadNativeLibrary(found.directory, areChecked);
    if (cluster === undefined) return { library, context: createContext(library, contextOptions) };
    const definition = serverDefinition(library, cluster);
    const more = sessionConfigOf(definition);
    return { library, context: createContext(library, { ...contextOptions, more }), definition };
  };
  quietenTensorFlow(cluster !== undefined);
  // TensorFlow prints its start-up lines whatever the log level is.
  const { library, context, definition } = wantsTensorFlowLog() ? open() : withQuietStderr(open);
  if (cluster !== undefined && definition !== undefined) {
    await joinCluster(library, context, definition, cluster);
  }
  const devices = listDevices(library, context).filter(
    ({ name }) => cluster === undefined || name.startsWith(taskDevice(cluster.rank, '')),
  );
  const gpu = devices.find(({ type }) => type === 'GPU');
  if (accelerator === 'gpu' && gpu === undefined) throw noUsableGpu(found.directory, devices);
  const device = gpu ?? devices.find(({ type }) => type === 'CPU');
  const onDevice = cluster === undefined ? null : (device?.name ?? null);
  const eager = new EagerRunner(library, context, onDevice);
  const binding = new Binding(library, context, eager, gpu !== undefined);
  setCurrentEngine({
    binding,
    backend: registerBackend(binding),
    cluster: cluster ?? null,
    info: {
      tensorflowVersion: binding.TF_Version,
      library: found.directory,
      device: gpu === undefined ? 'cpu' : 'gpu',
      // TensorFlow's own name is '/job:localhost/replica:0/task:0/device:CPU:0'.
      deviceName: device?.name.replace(/^.*device:/, '') ?? 'unknown',
      threads: options.threads ?? availableParallelism(),
      rank: cluster?.rank ?? 0,
      worldSize: cluster?.addresses.length ?? 1,
    },
  });
  return currentEngine().info;
}

interface Opened {
  readonly library: NativeLibrary;
  readonly context: NativePointer;
  /** For the task of a cluster. */
  readonly definition?: Uint8Array;
}

function noUsableGpu(directory: string, devices: readonly Device[]): FulgurError {
  return new FulgurError('engine', {
    what: `A GPU was requested, but TensorFlow in ${directory} cannot use one: it sees ${devices.map(({ name }) => name).join(', ')}.`,
    fix: `Run '${doctorCommand()}' to see what is missing (driver, CUDA libraries), or pass --trainer.accelerator cpu.`,
  });
}
