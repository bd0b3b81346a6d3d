import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are missing. Node's own way tries for ever where the system says that the folder
 * above is missing although it is there, as below /proc.
 *
 * @throws the system's error.
 */
export async function makeFolder(path: string): Promise<void> {
  const refusal = await tryToMake(path);
  if (refusal === null) return;
  if (!isMissingParent(refusal, path)) throw refusal;
  await makeFolder(dirname(resolve(path)));
  const second = await tryToMake(path);
  if (second !== null) throw second;
}

/** The same at once. */
export function makeFolderAtOnce(path: string): void {
  const refusal = tryAtOnce(path);
  if (refusal === null) return;
  if (!isMissingParent(refusal, path)) throw refusal;
  makeFolderAtOnce(dirname(resolve(path)));
  const second = tryAtOnce(path);
  if (second !== null) throw second;
}

/** The system's refusal; `null` where the folder is there, whoever made it. */
async function tryToMake(path: string): Promise<Error | null> {
  try {
    await mkdir(resolve(path));
    return null;
  } catch (error) {
    const found = await stat(resolve(path)).catch(() => null);
    return found?.isDirectory() === true ? null : (error as Error);
  }
}

function tryAtOnce(path: string): Error | null {
  try {
    mkdirSync(resolve(path));
    return null;
  } catch (error) {
    return isFolder(resolve(path)) ? null : (error as Error);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function isMissingParent(error: Error, path: string): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(resolve(path)) !== resolve(path);
}
