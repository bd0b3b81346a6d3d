import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { moduleOf } from '../datasets/dataset-spec';
import type { WorkerSetup } from './worker-messages';

/**
 * Runs before the thread's own code. TypeScript files, ours from a checkout or the user's transform or data set, need ts-node as
 * they do in the main thread, which may have it from its command line, from Jest or not at all.
 */
const bootstrap = `
const { workerData } = require('node:worker_threads');
if (workerData.tsNode !== null && process[Symbol.for('ts-node.register.instance')] === undefined) {
  require(workerData.tsNode).register({
    cwd: workerData.projectFolder,
    transpileOnly: true,
    transpiler: workerData.transpiler,
  });
}
require(workerData.entry);
`;

/** Starts a loader thread; works from TypeScript under ts-node and Jest, and compiled. */
export function startThread(setup: WorkerSetup): Worker {
  const extension = extname(__filename);
  const modules = [setup.transform.module, moduleOf(setup.dataset) ?? ''];
  const needsTsNode = [extension, ...modules.map((module) => extname(module))].includes('.ts');
  const start = {
    entry: join(__dirname, `worker-thread${extension}`),
    tsNode: needsTsNode ? require.resolve('ts-node') : null,
    transpiler: needsTsNode ? require.resolve('ts-node/transpilers/swc') : null,
    projectFolder: __dirname,
  };
  // The main thread's own flags, such as a preloaded ts-node, are not repeated in the thread.
  return new Worker(bootstrap, { eval: true, execArgv: [], workerData: { ...setup, ...start } });
}
