import { open } from 'node:fs/promises';

/** Forces a folder's list of names to disk, so that a rename in it survives a loss of power. */
export async function syncFolder(folder: string): Promise<void> {
  // Not every system lets folders be opened.
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
