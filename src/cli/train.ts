import { tokens } from '../contracts';
import { FulgurError } from '../errors';
import { experimentDefinition } from '../metadata';
import { dataWords, reportError, run } from '../run';
import { writeLines } from '../system';
import { shippedExperiment, shippedExperiments } from '../run';
import { experimentTable } from './list';

/** `fulgur train <experiment> [words]`: runs a shipped experiment as if its file were run with these words. */
export async function train([name = '', ...words]: readonly string[]): Promise<void> {
  try {
    if (name === '--help' || name === '-h') {
      sayUsage();
      return;
    }
    if (name === '' || name.startsWith('-')) throw nameMissing(name);
    const { type } = shippedExperiment(name);
    await run(type, {
      args: [...words, ...dataWords(words)],
      caller: { words: ['train', name], onRanks: () => onRanks(name) },
    });
  } catch (error) {
    reportError(error);
  }
}

/** Returns the commands of shipped experiments that support several ranks: those of this method, if there are any. */
function onRanks(method: string): string {
  const able = shippedExperiments().filter(({ type }) =>
    (experimentDefinition(type).plugins ?? []).some(({ provides }) => provides.includes(tokens.strategy)),
  );
  const related = able.filter(({ name }) => name.startsWith(`${method}-`));
  return (related.length > 0 ? related : able).map(({ name }) => `fulgur train ${name}`).join(' or ');
}

function sayUsage(): void {
  writeLines(process.stdout, [
    ...['Usage: fulgur train <experiment> [command] [options]', ''],
    ...['Experiments:', ...experimentTable(), ''],
    ...[
      'Examples:',
      '  fulgur train fastsiam --data.path photos',
      '  fulgur train fastsiam knn --checkpoint last',
    ],
    ...['  fulgur train fastsiam --help    shows commands and options', ''],
    'The kind of data at a path is detected: a folder of images, a list (.csv, .jsonl), arrays (.npz, .npy) or shards (.tar).',
  ]);
}

function nameMissing(word: string): FulgurError {
  return new FulgurError('config', {
    what: `'fulgur train' was given no experiment${word === '' ? '' : `, but ${word}`}.`,
    fix: "Name an experiment first, as in 'fulgur train fastsiam --data.path photos'; 'fulgur list' shows all.",
  });
}
