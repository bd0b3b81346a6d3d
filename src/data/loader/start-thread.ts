import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { moduleOf } from '../datasets/dataset-spec';
import { threadCompiler } from './thread-compiler';
import type { ThreadData, WorkerSetup } from './worker-messages';

/** Runs before the thread's own code, which may be TypeScript itself, as in a checkout. */
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
 * Starts a loader thread; works compiled, and from TypeScript under ts-node, tsx and Jest.
 *
 * @throws FulgurError `config` for TypeScript that the thread could not compile.
 */
export function startThread(setup: WorkerSetup): Worker {
  const entry = join(__dirname, `worker-thread${extname(__filename)}`);
  const { transform, dataset } = setup;
  const module = moduleOf(dataset);
  const modules = [transform.module, ...(transform.modules ?? []), ...(module === null ? [] : [module])];
  const compiler = threadCompiler([...modules, entry]);
  const workerData: ThreadData = { ...setup, modules, compiler, entry };
  // The main thread's own flags, such as a preloaded ts-node, are not repeated in the thread.
  return new Worker(bootstrap, { eval: true, execArgv: [], workerData });
}
