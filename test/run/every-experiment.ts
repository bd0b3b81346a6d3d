/**
 * Runs shipped experiments, one after the other, on the images of a folder: those that are named, or all. Several groups
 * of runs, parted by the word `then`, share the process; a line on both streams ends each.
 *
 *   ts-node test/run/every-experiment.ts FOLDER NAMES|all [words of every run] [then NAMES|all [words] ...]
 */
import { shippedExperiments } from '../../src/run/shipped-experiments';
import { run } from '../../src/run';
import { smallValues } from './small-values';

async function runAll(path: string, [wanted = 'all', ...words]: readonly string[]): Promise<void> {
  for (const { name, type } of shippedExperiments()) {
    if (wanted !== 'all' && !wanted.split(',').includes(name)) continue;
    const own = Object.entries(smallValues(type)).flatMap(([option, value]) => [
      `--${option}`,
      String(value),
    ]);
    const data = ['--data.name', 'folder', '--data.path', path, '--data.testFraction', '0.25'];
    const limits = ['--trainer.maxEpochs', '1', '--data.batchSize', '8', '--data.workers', '1'];
    await run(type, { args: [...data, ...limits, ...own, ...words] });
    console.log(`${name} ended with ${process.exitCode ?? 0}`);
  }
}

async function main([path = '', ...words]: readonly string[]): Promise<void> {
  const groups: string[][] = [[]];
  for (const word of words) {
    if (word === 'then') groups.push([]);
    else groups.at(-1)?.push(word);
  }
  for (const group of groups) {
    await runAll(path, group);
    console.log('--- then');
    console.error('--- then');
  }
}

void main(process.argv.slice(2));
