import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from './find-python';
import { runProcess } from './run-process';

/** Where the driver's own library lies on common systems; the last one is WSL's. */
const libraryFolders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/lib/wsl/lib'];

/** How this machine shows that it has an NVIDIA driver, or `null` where it shows none. */
export async function findNvidiaDriver(searchPath: readonly string[]): Promise<string | null> {
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
  // The program alone says nothing: images carry it for machines that have no GPU.
  const listed = await runProcess(program, ['-L']).catch(() => null);
  return listed?.code === 0 && listed.stdout.includes('GPU') ? program : null;
}
