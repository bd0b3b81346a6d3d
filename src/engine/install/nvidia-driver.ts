import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../../system';
import { findProgram } from './find-python';

/** The location of the driver's own library on common systems; the last one is WSL's. */
const libraryFolders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/lib/wsl/lib'];

/** Returns how this machine shows that it has an NVIDIA driver, or `null` if it shows none. */
export async function findNvidiaDriver(
  searchPath: readonly string[],
  onProgress: (line: string) => void = () => undefined,
): Promise<string | null> {
  const signs = [
    '/proc/driver/nvidia/version',
    ...libraryFolders.map((folder) => join(folder, 'libcuda.so.1')),
  ];
  for (const file of signs) {
    const exists = await access(file).then(
      () => true,
      () => false,
    );
    if (exists) return file;
  }
  const program = await findProgram('nvidia-smi', searchPath);
  if (program === null) return null;
  // The program alone proves nothing: images contain it for machines without a GPU.
  const listed = await askDriver(program, onProgress);
  return listed.includes('GPU') ? program : null;
}

const ANSWER_MILLISECONDS = 30_000;

/** Returns the GPUs that nvidia-smi lists, one per line; none, and a message, if it hangs, as with a broken driver. */
export async function askDriver(
  program: string,
  onProgress: (line: string) => void,
  limitMs = ANSWER_MILLISECONDS,
): Promise<string> {
  const awaited = `${program}, which lists the GPUs`;
  const shown = await runProgram(program, ['-L'], { limitMs, awaited, onWait: onProgress }).catch(() => null);
  if (shown?.overdue === true) {
    onProgress(
      `${program} did not answer within ${limitMs / 1000} s: this machine is treated as one without a GPU.`,
    );
  }
  return shown?.code === 0 ? shown.stdout : '';
}
