/**
 * A program that closes one loader and forgets to close two others, one of them unused: it has to wait for the batches
 * that it asks for, and then end by itself. It says what has become of the first one's threads.
 */
import type { Worker } from 'node:worker_threads';
import { loader } from '../../../../src/data';
import { start } from '../../../../src/engine';
import { probe } from './probe-transform';
import { smallDataset } from './small-dataset';

const threads: Worker[] = [];

async function main(): Promise<void> {
  process.on('worker', (thread) => threads.push(thread));
  await start();
  await (await takeOne()).close();
  say(`after close: threads ${threads.map(({ threadId }) => threadId).join(' ')}`);
  await takeOne();
  openOne().warmUp();
}

function openOne(): ReturnType<typeof loader> {
  return loader(smallDataset(20), { batchSize: 4, transform: probe(), workers: 2 });
}

async function takeOne(): Promise<ReturnType<typeof loader>> {
  const batches = openOne();
  for await (const { views } of batches.epoch(0)) {
    say(`a batch of ${views.length} views`);
    break;
  }
  return batches;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main();
