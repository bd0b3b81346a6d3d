/** The code of a loader thread. It does not load TensorFlow; it only fills shared memory. */
import { parentPort, workerData } from 'node:worker_threads';
import { FulgurError } from '../../errors';
import { loadModules } from '../../system';
import { reasonOf, stackOf } from '../datasets/data-errors';
import { reopenDataset } from '../datasets/dataset-spec';
import { rebuildTransform } from '../views';
import type { FillTools } from './fill-slot';
import { fillSlot } from './fill-slot';
import type { ThreadData, WorkerReply, WorkerRequest } from './worker-messages';

async function main(): Promise<void> {
  const setup = workerData as ThreadData;
  const reply = (message: WorkerReply): void => parentPort?.postMessage(message);
  let tools: FillTools;
  try {
    tools = await prepare(setup);
  } catch (error) {
    const parts = error instanceof FulgurError ? { what: error.what, why: error.why, fix: error.fix } : null;
    reply({ kind: 'unfit', reason: reasonOf(error), stack: stackOf(error), parts });
    return;
  }
  let last = Promise.resolve();
  parentPort?.on('message', ({ id, slot, task }: WorkerRequest) => {
    last = last.then(async () => {
      const memory = setup.slots[slot];
      if (memory === undefined) throw new Error(`Slot ${slot} does not exist`);
      reply({ kind: 'done', id, result: await fillSlot(tools, task, memory) });
    });
  });
  reply({ kind: 'ready' });
}

async function prepare(setup: ThreadData): Promise<FillTools> {
  const { shape, seed, onBrokenImage, position } = setup;
  await loadModules(setup.modules);
  return {
    dataset: await reopenDataset(setup.dataset),
    transform: rebuildTransform(setup.transform),
    shape,
    seed,
    onBrokenImage,
    onSample: (index) => Atomics.store(position, 0, index),
  };
}

void main();
