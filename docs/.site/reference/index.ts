import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes the pages of the reference. */
export async function generateReference(out: string): Promise<void> {
  await writeFile(join(out, 'index.md'), '# Reference\n');
}
