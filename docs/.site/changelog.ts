import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './paths';

/** Writes the page of the changelog: the project's own file, whose links lead from `docs`. */
export async function generateChangelog(out: string): Promise<void> {
  const text = await readFile(join(root, 'CHANGELOG.md'), 'utf8');
  await writeFile(out, text.replaceAll('](docs/', ']('));
}
