import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { indexPage } from './index-page';
import { methodPage } from './page';
import { readMeasurements } from './results';
import { shippedMethods } from './shipped-methods';

/** Writes a page for each method that Fulgur ships, and one that leads to them. */
export async function generateMethods(out: string): Promise<void> {
  const records = readMeasurements();
  const methods = shippedMethods();
  await writeFile(join(out, 'index.md'), indexPage(methods, records));
  for (const method of methods) {
    await writeFile(join(out, `${method.name}.md`), methodPage(method, records));
  }
}
