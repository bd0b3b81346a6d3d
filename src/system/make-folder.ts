import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Creates a folder and its missing parents. Node's own way tries for ever if the system reports that the parent is
 * missing although it exists, as below /proc.
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

/** Does the same synchronously. */
export function makeFolderAtOnce(path: string): void {
  const refusal = tryAtOnce(path);
  if (refusal === null) return;
  if (!isMissingParent(refusal, path)) throw refusal;
  makeFolderAtOnce(dirname(resolve(path)));
  const second = tryAtOnce(path);
  if (second !== null) throw second;
}

/** Returns the system's error; `null` if the folder exists, whoever created it. */
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
