import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, extname, join, posix } from 'node:path';
import { readPages } from './pages';
import { docs, root } from './paths';
import { rootPages } from './root-pages';

/** Pages whose links to files of the project lead to no page of the file: they are too many. */
const withoutSources = ['reference/', 'adr/', 'source/', 'changelog'];

/** Writes a page with the text of each file of the project to which a page links. */
export async function generateSources(out: string): Promise<void> {
  const linked = readPages(docs)
    .filter(({ path }) => !withoutSources.some((start) => path.startsWith(start)))
    .flatMap(({ path }) => linksOutOf(path, readFileSync(join(docs, `${path}.md`), 'utf8')));
  const paths = [...new Set(linked)].filter((path) => existsSync(join(root, path)));
  const folders = paths.filter((path) => statSync(join(root, path)).isDirectory());
  const inFolders = folders.flatMap((folder) => filesIn(folder));
  const files = [...new Set([...paths.filter((path) => !folders.includes(path)), ...inFolders])];
  for (const folder of folders) {
    const items = filesIn(folder).map((file) => `- [${posix.basename(file)}](${posix.basename(file)}.md)`);
    await write(join(out, folder, 'index.md'), `# ${folder}\n\n${items.join('\n')}\n`);
  }
  for (const file of files) await write(join(out, `${file}.md`), pageOf(file));
}

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(folder, entry.name));
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `---\nsearch: false\n---\n\n${text}`);
}

function pageOf(file: string): string {
  return `# ${file}\n\n<<< @/../${file}${extname(file) === '' ? '{text}' : ''}\n`;
}

/** Returns the files and folders of the project, outside the documentation, to which a page links. */
export function linksOutOf(page: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
    .map(([, target = '']) => pathInProject(page, target))
    .filter((path) => path !== undefined && !Object.hasOwn(rootPages, path) && path !== 'README.md')
    .filter((path) => path !== undefined);
}

/** Returns the path in the project of a link's target, if it is outside the documentation. */
function pathInProject(page: string, target: string): string | undefined {
  if (/^(?:[a-z]+:|\/|#)/i.test(target)) return undefined;
  const path = posix.join('docs', posix.dirname(page), target).replace(/\/$/, '');
  return path.startsWith('docs/') || path.startsWith('..') ? undefined : path;
}

/**
 * Returns where a link of a page leads on the site: the address itself for a page or another site, a page for a file of the project, and
 * nothing for a file that has none.
 */
export function addressOnSite(page: string, target: string): string | undefined {
  const [address = '', anchor] = target.split('#');
  const path = pathInProject(page, address);
  if (address === '' || path === undefined) return target;
  const suffix = anchor === undefined ? '' : `#${anchor}`;
  if (path === 'README.md') return '/';
  const rootPage = rootPages[path];
  if (rootPage !== undefined) return `/${rootPage}${suffix}`;
  if (existsSync(join(docs, 'source', `${path}.md`))) return `/source/${path}.md`;
  return existsSync(join(docs, 'source', path, 'index.md')) ? `/source/${path}/` : undefined;
}
