import type * as tf from '@tensorflow/tfjs-core';
import type { LogOptions } from '../contracts';

/** Takes what a module logs during a run. */
export interface ModuleLog {
  logFromModule(name: string, value: tf.Scalar | number, options?: LogOptions): void;
}

// Held from outside: whatever stands in a module's fields is searched for parameters.
const logs = new WeakMap<object, ModuleLog>();

/** Connects a module's `log` to a run. Returns the disposer. */
export function connectModuleLog(module: object, log: ModuleLog): () => void {
  logs.set(module, log);
  return () => logs.delete(module);
}

/** Where the module's `log` goes; `undefined` where no trainer is at work, as in a hand-written loop. */
export function moduleLogOf(module: object): ModuleLog | undefined {
  return logs.get(module);
}
