import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { relocateNotFoundPage, relocatePage } from './pages';
import { placeholder, relocateScript } from './scripts';

export { placeholder } from './scripts';

/** Makes a built site independent of the path under which it is served. */
export async function relocate(site: string): Promise<void> {
  const files = await readdir(site, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name);
    const name = relative(site, path).split(sep).join('/');
    if (!/\.(?:html|css|js|json)$/.test(name)) continue;
    const text = await readFile(path, 'utf8');
    const relocated = relocateFile(name, text);
    if (relocated.includes(placeholder)) throw new Error(`${name} depends on the path of the site.`);
    if (relocated !== text) await writeFile(path, relocated);
  }
}

function relocateFile(name: string, text: string): string {
  if (name === '404.html') return relocateNotFoundPage(text);
  if (name.endsWith('.html')) return relocatePage(name, text);
  if (name.endsWith('.js')) return relocateScript(text);
  return text.replaceAll(placeholder, '../'.repeat(name.split('/').length - 1) || './');
}
