import { FulgurError } from '../errors';

/**
 * Hears of a process that is about to end in the middle of a run, since nothing is left that could go on: Node ends then, with exit
 * code 0 and without a word, where something waits for a promise that never settles, such as one from a data set's own `read`.
 *
 * @param report gets the error, once.
 * @returns ends the watch; to be called when the run is over.
 */
export function watchForEmptyLoop(report: (error: FulgurError) => void): () => void {
  const say = (): void => {
    report(
      new FulgurError('trainer', {
        what: 'The run cannot go on: it waits for a promise that nothing will settle.',
        why: "Such a promise comes from code of the experiment's own, as a data set's read, a source of batches or a plugin.",
        fix: 'Let each promise that such code returns settle, also where something fails.',
      }),
    );
  };
  process.once('beforeExit', say);
  return () => void process.off('beforeExit', say);
}
