import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** A page of the documentation. */
export interface Page {
  /** Path from the documentation's folder, without `.md`: `adr/0001-tensorflow`, `methods/index`. */
  readonly path: string;
  /** The first heading, as plain text. */
  readonly title: string;
  /** Position among the pages of the same folder, from the front matter: `order: 2`. */
  readonly order: number;
}

/** Reads the pages of a folder and of those below it, in the order of their paths; folders that begin with a dot have no pages. */
export function readPages(folder: string): Page[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ file: path, path: relative(folder, path).split(sep).join('/') }))
    .filter(({ path }) => path.endsWith('.md') && !path.split('/').some((name) => name.startsWith('.')))
    .map(({ file, path }) => readPage(path.slice(0, -'.md'.length), readFileSync(file, 'utf8')))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function readPage(path: string, text: string): Page {
  const front = /^---\n(.*?)\n---\n/s.exec(text)?.[1] ?? '';
  const heading = /^# (.+)$/m.exec(text)?.[1] ?? /^title: *['"]?(.+?)['"]?$/m.exec(front)?.[1];
  if (heading === undefined) throw new Error(`docs/${path}.md has no heading.`);
  const order = Number(/^order: *(\d+)$/m.exec(front)?.[1] ?? Infinity);
  return { path, title: plainText(heading), order };
}

function plainText(heading: string): string {
  return heading
    .replace(/\s*\{#[^}]*\}$/, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\\(.)/g, '$1')
    .replace(/[`*]/g, '');
}
