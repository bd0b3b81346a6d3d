import { childEnvironment } from '../config';
import type { Notify } from '../contracts';
import { runProgram } from '../system';

/** A checkout on a slow network disk takes seconds to compare. */
const LIMIT_MILLISECONDS = 20_000;

/**
 * The commit that a folder's files are of, with `-dirty` after it where they differ; `null` outside of git, and, with a
 * word about it, where git does not answer.
 */
export async function gitCommit(
  folder: string,
  notify: Notify,
  limitMs = LIMIT_MILLISECONDS,
): Promise<string | null> {
  const ask = async (...words: string[]): Promise<string | null> => {
    const { code, stdout, overdue } = await runProgram('git', ['-C', folder, ...words], {
      limitMs,
      // Looking must not wait for, or leave behind, a lock of the index.
      env: childEnvironment({ GIT_OPTIONAL_LOCKS: '0' }),
      awaited: `git, which names the commit of ${folder} for the run's record`,
      onWait: (sentence) => notify('info', sentence),
    });
    if (overdue) throw new Overdue();
    return code === 0 ? stdout.trim() : null;
  };
  try {
    const commit = await ask('rev-parse', 'HEAD');
    const changes = commit === null ? null : await ask('status', '--porcelain');
    if (commit === null || changes === null) return null;
    return commit + (changes === '' ? '' : '-dirty');
  } catch (error) {
    if (error instanceof Overdue) {
      notify(
        'warning',
        `git did not answer within ${limitMs / 1000} s; the run's record does not name the commit of ${folder}.`,
      );
    }
    return null;
  }
}

class Overdue extends Error {}
