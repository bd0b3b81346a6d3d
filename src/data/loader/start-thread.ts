import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { WorkerOptions } from 'node:worker_threads';
import { moduleOf } from '../datasets/dataset-spec';
import { threadCompiler } from './thread-compiler';
import type { WorkerSetup } from './worker-messages';

/** Runs before the thread's own code, which may itself be TypeScript, as in a checkout. */
const bootstrap = `
const { workerData } = require('node:worker_threads');
const { compiler, entry } = workerData;
async function begin() {
  if (compiler.kind === 'ts-node' && process[Symbol.for('ts-node.register.instance')] === undefined) {
    require(compiler.module).register(compiler.options);
  }
  if (compiler.kind === 'tsx') {
    require(compiler.commonJs).register();
    (await import(compiler.esModules)).register();
  }
  require(entry);
}
begin();
`;

/**
 * Starts a loader thread, both from compiled code and from TypeScript under ts-node, tsx and Jest.
 *
 * @throws FulgurError `config` for TypeScript that the thread could not compile.
 */
export function startThread(setup: WorkerSetup): Worker {
  const { transform, dataset } = setup;
  const module = moduleOf(dataset);
  const modules = [transform.module, ...(transform.modules ?? []), ...(module === null ? [] : [module])];
  const entry = join(__dirname, `worker-thread${extname(__filename)}`);
  return runInThread(entry, { ...setup, modules }, modules);
}

/**
 * Runs a file in its own thread, which finds `data` in `workerData`; both from compiled code and from TypeScript under
 * ts-node, tsx and Jest. The file should import little, since everything it imports is loaded again.
 *
 * @param entry absolute path of the file.
 * @param modules further files that the thread will load.
 * @throws FulgurError `config` for TypeScript that the thread could not compile.
 */
export function runInThread(
  entry: string,
  data: object,
  modules: readonly string[] = [],
  options: Pick<WorkerOptions, 'resourceLimits' | 'name'> = {},
): Worker {
  const compiler = threadCompiler([...modules, entry]);
  // The main thread's flags, such as a preloaded ts-node, are not repeated in the thread.
  return new Worker(bootstrap, {
    ...options,
    ...{ eval: true, execArgv: [], workerData: { ...data, compiler, entry } },
  });
}
