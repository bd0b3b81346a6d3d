import { availableParallelism } from 'node:os';
import { quietenTensorFlow, wantsTensorFlowLog } from '../config/environment';
import { FulgurError } from '../errors';
import { Binding } from './backend/binding';
import { EagerRunner } from './backend/eager-runner';
import { registerBackend } from './backend/register-backend';
import { createContext, listDevices } from './native/context';
import { currentEngine, engineInfo, isStarted, setCurrentEngine } from './current-engine';
import type { EngineInfo } from './current-engine';
import { locateTensorFlow } from './install';
import { loadNativeLibrary } from './native/native-library';
import type { NativeLibrary, Pointer } from './native/native-library';
import { withQuietStderr } from './native/quiet-stderr';
import { seedEverything } from './random';

export interface StartOptions {
  /** Seed of every random draw (default 0). */
  readonly seed?: number;
  /** Where tensors live (default `auto`: a GPU where there is a usable one). */
  readonly accelerator?: 'auto' | 'cpu' | 'gpu';
  /** Threads that one operation may use (default: one per core). */
  readonly threads?: number;
  /** Hears about the installation's progress (default: silence). */
  readonly onProgress?: (line: string) => void;
}

/**
 * Finds TensorFlow, or installs it, and makes it tfjs's backend. A second call only sets the seed.
 *
 * @throws FulgurError `engine` when TensorFlow cannot be had, or a GPU was asked for and cannot be used
 */
export async function start(options: StartOptions = {}): Promise<EngineInfo> {
  seedEverything(options.seed ?? 0);
  if (isStarted()) return engineInfo();
  const accelerator = options.accelerator ?? 'auto';
  const found = await locateTensorFlow({
    accelerator,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  if (isStarted()) return engineInfo();
  const contextOptions = { threads: options.threads ?? 0, cpuOnly: accelerator === 'cpu' };
  const open = (): { library: NativeLibrary; context: Pointer } => {
    const library = loadNativeLibrary(found.directory);
    return { library, context: createContext(library, contextOptions) };
  };
  quietenTensorFlow();
  // TensorFlow prints its start-up lines whatever the log level is.
  const { library, context } = wantsTensorFlowLog() ? open() : withQuietStderr(open);
  const devices = listDevices(library, context);
  const gpu = devices.find(({ type }) => type === 'GPU');
  if (accelerator === 'gpu' && gpu === undefined)
    throw noUsableGpu(
      found.directory,
      devices.map(({ name }) => name),
    );
  const device = gpu ?? devices.find(({ type }) => type === 'CPU');
  const binding = new Binding(library, context, new EagerRunner(library, context), gpu !== undefined);
  setCurrentEngine({
    binding,
    backend: registerBackend(binding),
    info: {
      tensorflowVersion: binding.TF_Version,
      library: found.directory,
      device: gpu === undefined ? 'cpu' : 'gpu',
      // TensorFlow's own name is '/job:localhost/replica:0/task:0/device:CPU:0'.
      deviceName: device?.name.replace(/^.*device:/, '') ?? 'unknown',
      threads: options.threads ?? availableParallelism(),
    },
  });
  return currentEngine().info;
}

function noUsableGpu(directory: string, devices: readonly string[]): FulgurError {
  return new FulgurError('engine', {
    what: `A GPU was asked for, but TensorFlow in ${directory} can use none: it sees ${devices.join(', ')}.`,
    fix: "Run 'npm run doctor' to see what is missing (driver, CUDA libraries), or pass --trainer.accelerator cpu.",
  });
}
