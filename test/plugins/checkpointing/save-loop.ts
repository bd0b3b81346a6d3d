/** Saves and prunes for ever: `save-loop.ts FOLDER`. The crash test kills it somewhere in the middle. */
import { CheckpointStore } from '../../../plugins/checkpointing/checkpoint-store';
import { toyState } from './toy-state';

async function main(folder: string): Promise<void> {
  const store = new CheckpointStore(folder);
  await store.open();
  const newest = store.checkpoints.reduce(
    (step, { manifest }) => Math.max(step, manifest.progress.globalStep),
    0,
  );
  for (let step = newest + 1; ; step++) {
    const saved = await store.save(`step=${step}`, toyState(step, 4096), { reason: 'test', monitor: null });
    await store.point('last', saved);
    for (const old of store.checkpoints.slice(0, -1)) await store.remove(old);
    process.stdout.write(`${step}\n`);
  }
}

void main(process.argv[2] ?? '');
