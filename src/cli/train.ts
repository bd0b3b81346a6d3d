import { FulgurError } from '../errors';
import { reportError, run } from '../run';
import { shippedExperiment } from './experiments';

/**
 * `fulgur train <experiment> [words]`: runs an experiment that Fulgur ships, as its file would be run with these words.
 */
export async function train([name = '--help', ...words]: readonly string[]): Promise<void> {
  try {
    if (name.startsWith('-')) throw nameMissing(name);
    const { type } = shippedExperiment(name);
    await run(type, { args: words, caller: ['train', name] });
  } catch (error) {
    reportError(error);
  }
}

function nameMissing(word: string): FulgurError {
  return new FulgurError('config', {
    what: `'fulgur train ${word}' names no experiment.`,
    fix: "Write it behind train, as in 'fulgur train fastsiam --help'; 'fulgur list' shows all.",
  });
}
