import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { methodPage } from './page';
import { readMeasurements } from './results';
import { shippedMethods } from './shipped-methods';

/** Writes a page for each method that Fulgur ships. */
export async function generateMethods(out: string): Promise<void> {
  const records = readMeasurements();
  for (const method of shippedMethods()) {
    await writeFile(join(out, `${method.name}.md`), methodPage(method, records));
  }
}

/** The pages for a site's navigation. */
export function methodLinks(): { readonly text: string; readonly link: string }[] {
  return shippedMethods().map(({ name, title }) => ({ text: title, link: `/methods/${name}` }));
}
