import { execFile } from 'node:child_process';

const question = ['--query-gpu=memory.used', '--format=csv,noheader,nounits', '--id=0'];

/** Mebibytes in use on the first GPU, by all programs, as its driver's tool tells; `null` where that tool does not. */
export function gpuMemory(): Promise<number | null> {
  return new Promise((resolve) => {
    execFile('nvidia-smi', question, { timeout: 5000 }, (error, output) => {
      const value = Number.parseFloat(output);
      resolve(error === null && Number.isFinite(value) ? value : null);
    });
  });
}
