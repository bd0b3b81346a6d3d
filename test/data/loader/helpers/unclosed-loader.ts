/** A program that takes one batch and never closes its loader: it has to wait for the batch, and then end by itself. */
import { loader } from '../../../../src/data';
import { start } from '../../../../src/engine';
import { probe } from './probe-transform';
import { smallDataset } from './small-dataset';

async function main(): Promise<void> {
  await start();
  const batches = loader(smallDataset(20), { batchSize: 4, transform: probe(), workers: 2 });
  for await (const { views } of batches.epoch(0)) {
    process.stdout.write(`a batch of ${views.length} views\n`);
    break;
  }
}

void main();
