import { Command } from 'commander';
import type { DatasetName } from '../contracts';
import { experimentDefinition } from '../metadata';
import { reportError } from '../run';
import { plainCommand, writeLines } from '../system';
import { shippedExperiments } from '../run';
import { shippedPlugins } from './plugins';

/** A line about each data set. */
const datasetHelp: Readonly<Record<DatasetName, string>> = {
  cifar10: '50,000 images of 10 classes; downloaded, or your copy at --data.path',
  cifar100: '50,000 images of 100 classes; downloaded, or your copy at --data.path',
  digits: '8,000 handwritten digits; embedded',
  folder: 'your images in a folder, flat or with one subfolder per class',
  list: 'your images named by a list, .csv or .jsonl: path, label, split',
  packed: 'your images in a file of arrays, .npz or .npy',
  shards: 'your images in tar files as written by WebDataset',
};

/** `fulgur list`: what is shipped with Fulgur, one line each. */
export async function list(words: readonly string[]): Promise<void> {
  const command = plainCommand(new Command('fulgur list'))
    .description('Shows the experiments, data sets and plugins shipped with Fulgur.')
    .action(sayAll);
  await command.parseAsync(words, { from: 'user' });
}

function sayAll(): void {
  try {
    const plugins = shippedPlugins().map(({ folder, help }) => [folder, help] as const);
    writeLines(process.stdout, [
      ...['Experiments: fulgur train <experiment>', ...experimentTable(), ''],
      ...['Data sets: --data.name <data set>', ...table(Object.entries(datasetHelp)), ''],
      ...["Plugins: from 'fulgur/plugins/<plugin>'", ...table(plugins)],
    ]);
  } catch (error) {
    reportError(error);
  }
}

/** Returns the shipped experiments, one line each. */
export function experimentTable(): string[] {
  return table(shippedExperiments().map(({ name, type }) => [name, experimentDefinition(type).help ?? '']));
}

function table(rows: readonly (readonly [name: string, help: string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, help]) => `  ${name.padEnd(width)}${help}`.trimEnd());
}
