import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { apiPages } from './api-pages';
import { commandPages } from './command-pages';
import { errorPages } from './error-pages';
import { exportsPage, indexPage, navigationOrder } from './index-page';
import { optionPages } from './option-pages';
import { runPages } from './run-pages';
import type { Pages } from './api-pages';
import { pluginPages } from './plugin-pages';
import { Places } from './places';
import { readApi } from './read-api';

/** Writes the pages of the reference into a folder that is empty. */
export async function generateReference(out: string): Promise<void> {
  const api = await readApi();
  const places = new Places(api.project);
  const pages: Pages = new Map([
    ...[...apiPages(places), ...pluginPages(api, places), ...optionPages(), ...runPages(places)],
    ...[...(await commandPages()), ...(await errorPages(places))],
  ]);
  pages.set('index', indexPage()).set('api/index', exportsPage(places));
  const orders = navigationOrder();
  for (const [path, text] of pages) {
    const file = join(out, `${path}.md`);
    await mkdir(dirname(file), { recursive: true });
    const order = orders.get(path);
    await writeFile(file, order === undefined ? text : text.replace('---\n', `---\norder: ${order}\n`));
  }
}
