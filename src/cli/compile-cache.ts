import nodeModule from 'node:module';
import { join } from 'node:path';
import { readEnvironment } from '../config/environment';

/** The part of Node's module that is used; absent before Node 22.8. */
interface CompileCache {
  readonly enableCompileCache?: (folder: string) => unknown;
}

/**
 * Lets Node cache compiled code, so that the next command need not compile it again. Node compares each file with the
 * cache, and continues without it if the folder is not writable.
 */
export function keepCompiledCode({ enableCompileCache }: CompileCache = nodeModule as object): void {
  enableCompileCache?.(join(readEnvironment().cacheFolder, 'compiled'));
}
