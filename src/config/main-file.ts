import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { pathOfModule } from '../system';
import { processFile } from './command-line';

/**
 * Whether this process was started with a file, like `require.main === module` in CommonJS and `import.meta.main` in ES
 * modules from Node 24.2 on.
 *
 * @param file a path or a file URL, such as `import.meta.url`.
 * @param started the script on the command line; it may lack its extension or be a link.
 */
export function isMainFile(file: string, started = processFile()): boolean {
  if (started === null || !isMainThread) return false;
  return realPath(withEnding(started)) === realPath(pathOfModule(file));
}

function withEnding(started: string): string {
  try {
    return createRequire(join(process.cwd(), 'from-here')).resolve(started);
  } catch {
    return started;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
