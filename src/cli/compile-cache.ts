import nodeModule from 'node:module';
import { join } from 'node:path';
import { readEnvironment } from '../config/environment';

/** What Node has of it: nothing before 22.8. */
interface CompileCache {
  readonly enableCompileCache?: (folder: string) => unknown;
}

/**
 * Lets Node keep what it compiles, so that the next command need not compile it again. Node compares each file with what it
 * keeps, and goes on without where the folder cannot be written to.
 */
export function keepCompiledCode({ enableCompileCache }: CompileCache = nodeModule as object): void {
  enableCompileCache?.(join(readEnvironment().cacheFolder, 'compiled'));
}
