import { runProgram } from '../../src';

const question = ['--query-gpu=memory.used', '--format=csv,noheader,nounits', '--id=0'];

/** Mebibytes in use on the first GPU, by all programs, as its driver's tool tells; `null` where that tool does not. */
export async function gpuMemory(): Promise<number | null> {
  const limits = { limitMs: 5_000, awaited: 'nvidia-smi' };
  const answer = await runProgram('nvidia-smi', question, limits).catch(() => null);
  const value = Number.parseFloat(answer?.stdout ?? '');
  return answer?.code === 0 && Number.isFinite(value) ? value : null;
}
