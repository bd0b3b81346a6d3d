import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The commit that a folder's files are of, with `-dirty` after it where they differ; `null` outside of git. */
export async function gitCommit(folder: string): Promise<string | null> {
  try {
    const { stdout: commit } = await execute('git', ['-C', folder, 'rev-parse', 'HEAD']);
    const { stdout: changes } = await execute('git', ['-C', folder, 'status', '--porcelain']);
    return commit.trim() + (changes.trim() === '' ? '' : '-dirty');
  } catch {
    return null;
  }
}
