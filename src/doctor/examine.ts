import type { Accelerator } from '../engine/install';
import { checkEngine, realEngine, type EngineTrial } from './engine-checks';
import type { Finding } from './finding';
import { readMachine, type Machine } from './machine';
import { checkCores, checkDisk, checkMemory, checkNode, checkPlatform } from './machine-checks';

export interface ExamineOptions {
  readonly accelerator: Accelerator;
  /** Receives messages about what takes time, such as an installation. */
  readonly onProgress: (line: string) => void;
  readonly engine?: EngineTrial;
  readonly machine?: Machine;
}

/** Checks everything a run needs, one finding at a time. TensorFlow is installed if it is missing. */
export async function* examine(options: ExamineOptions): AsyncGenerator<Finding> {
  const { accelerator, onProgress, engine = realEngine } = options;
  const machine = options.machine ?? (await readMachine());
  for (const check of [checkNode, checkPlatform, checkCores, checkMemory, checkDisk]) yield check(machine);
  yield* checkEngine(accelerator, onProgress, engine);
}
