import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { rootPages } from '../root-pages';

/** The repository's root, which every path of a check is relative to. */
export const root = join(__dirname, '..', '..', '..');

const skipped = new Set(['node_modules', 'dist', 'coverage', 'runs', 'cache', '.git', 'assembly']);
/** Pages that are written by `generate.ts`: their texts come from files that are checked themselves. */
const generated = new RegExp(
  `^docs/(?:methods/|reference/|source/|(?:${Object.values(rootPages).join('|')})$)`,
);

/** Files with the ending `ending` in the folders named (or the files themselves), relative to the root and sorted. */
export function filesIn(places: readonly string[], ending: string): string[] {
  return places
    .flatMap((place) => (place.includes('.') && place.endsWith(ending) ? [place] : below(place)))
    .filter((file) => file.endsWith(ending) && !generated.test(file))
    .sort();
}

function below(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? below(path) : [path];
  });
}

/** Markdown that people read: the pages, the files in the root, and those of templates. */
export function pages(): string[] {
  const inRoot = readdirSync(root).filter((name) => name.endsWith('.md'));
  return filesIn([...inRoot, '.github', 'docs', 'src/cli/template'], '.md');
}

/** All TypeScript of the repository except declarations, and the configuration of its tools. */
export function sources(): string[] {
  const places = ['src', 'plugins', 'experiments', 'bench', 'test', '.packaging', 'docs'];
  const inRoot = readdirSync(root).filter((name) => /\.(c|m)?js$/.test(name));
  const modules = filesIn(places, '.mts');
  return [...filesIn(places, '.ts'), ...modules, ...inRoot].filter((file) => !/\.d\.m?ts$/.test(file));
}
