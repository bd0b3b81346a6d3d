import { FulgurError } from '../errors';
import type { Binding } from './backend/binding';
import type { FulgurBackend } from './backend/fulgur-backend';
import type { Cluster } from './native/cluster';

/** The engine that runs the tensors of this process. */
export interface EngineInfo {
  readonly tensorflowVersion: string;
  /** The folder of the libraries. */
  readonly library: string;
  readonly device: 'cpu' | 'gpu';
  /** TensorFlow's short name of the device on which operations run: `CPU:0`. */
  readonly deviceName: string;
  /** The number of threads that one operation may use. */
  readonly threads: number;
  /** The number of this process among those that compute together, from 0. */
  readonly rank: number;
  readonly worldSize: number;
}

export interface Engine {
  readonly binding: Binding;
  readonly backend: FulgurBackend;
  readonly info: EngineInfo;
  /** The ranks that compute together; `null` for one process. */
  readonly cluster: Cluster | null;
}

let current: Engine | null = null;

export function setCurrentEngine(engine: Engine): void {
  current = engine;
}

/** Returns whether the engine has been started. */
export function isStarted(): boolean {
  return current !== null;
}

/** @throws FulgurError `engine` before `start()` */
export function currentEngine(): Engine {
  if (current === null) {
    throw new FulgurError('engine', {
      what: 'The engine has not been started.',
      fix: "Call 'await start()' before making tensors, modules or optimisers; run() does it for experiments.",
    });
  }
  return current;
}

/**
 * Checks that the engine has been started.
 *
 * @throws FulgurError `engine` before `start()`
 */
export function requireStarted(): void {
  currentEngine();
}

/**
 * Returns the version and the devices of the engine that has been started.
 *
 * @throws FulgurError `engine` before `start()`
 */
export function engineInfo(): EngineInfo {
  return currentEngine().info;
}
