import { readEnvironment } from '../../config/environment';
import { findProgram } from './find-python';
import { askDriver } from './nvidia-driver';

/**
 * Returns the GPUs that a process may use, as `CUDA_VISIBLE_DEVICES` names them: those that it lists, otherwise all
 * that the driver shows. None without a driver. (Never run on a machine with GPUs.)
 */
export async function visibleGpus(
  onProgress: (line: string) => void = () => undefined,
): Promise<readonly string[]> {
  const { searchPath, visibleGpus: listed } = readEnvironment();
  if (listed !== null) return listed;
  const program = await findProgram('nvidia-smi', searchPath);
  if (program === null) return [];
  const shown = await askDriver(program, onProgress);
  return shown.split('\n').flatMap((line) => /^GPU (\d+):/.exec(line)?.[1] ?? []);
}
