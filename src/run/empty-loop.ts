import { FulgurError } from '../errors';

/**
 * Detects a process that is about to end in the middle of a run because its event loop is empty: Node then exits
 * silently with code 0 while something still waits for a promise that never settles, such as one from a data set's own
 * `read`.
 *
 * @param report receives the error, once.
 * @returns a function that ends the watch, to be called when the run is over.
 */
export function watchForEmptyLoop(report: (error: FulgurError) => void): () => void {
  const say = (): void => {
    report(
      new FulgurError('trainer', {
        what: 'The run cannot continue: it waits for a promise that nothing will settle.',
        why: "Such a promise comes from the experiment's own code, such as a data set's read, a source of batches or a plugin.",
        fix: 'Make sure that every promise from such code settles, even if something fails.',
      }),
    );
  };
  process.once('beforeExit', say);
  return () => void process.off('beforeExit', say);
}
