import type { DefaultTheme } from 'vitepress';
import type { Page } from './pages';

/** An entry beside the page: a page, a group of pages, or both. */
export type Entry = DefaultTheme.SidebarItem & { readonly text: string };

/** Entries beside the page, by the beginning of the page's path. */
export type Sidebar = Record<string, Entry[]>;

/** Pages at the top of the documentation, in reading order. Pages that no group names are at the end of the guides. */
const start = ['index', 'start', 'install', 'own-images', 'projects'];

const guides: Readonly<Record<string, readonly string[]>> = {
  'Data and training': ['data', 'views', 'batches', 'commands', 'checkpoints', 'resuming', 'reliability'],
  'Looking at a run': ['evaluation', 'embedding', 'live-page', 'reports', 'loggers', 'profiling'],
  'Methods and plugins of your own': ['methods-building', 'losses', 'compiled-steps', 'writing-plugins'],
  'Devices and clusters': ['strategies', 'clusters', 'scaling', 'performance'],
  'Using a model': ['export', 'browser'],
};

const project = ['reference/index', 'adr/index', 'changelog', 'contributing', 'security'];

/** Names in the navigation that say more, beside the others, than the page's heading. */
const shortTitles: Readonly<Record<string, string>> = {
  index: 'What Fulgur is',
  'methods/index': 'Overview',
  'adr/index': 'Decisions',
};

/** Returns the entries beside the pages: one list for the guides, one each for the reference and the decisions. */
export function sidebarOf(pages: readonly Page[]): Sidebar {
  const known = new Map(pages.map((page) => [page.path, page]));
  const pick = (paths: readonly string[]): Entry[] =>
    paths.flatMap((path) => {
      const page = known.get(path);
      return page === undefined ? [] : [entryOf(page)];
    });
  const inFolder = (folder: string): Page[] => pages.filter(({ path }) => path.startsWith(`${folder}/`));
  const comingFrom = pages.filter(({ path }) => path.startsWith('from-'));
  const placed = new Set([
    ...start,
    ...Object.values(guides).flat(),
    ...project,
    ...comingFrom.map(({ path }) => path),
    'methods',
  ]);
  const others = pages.filter(({ path }) => !path.includes('/') && !placed.has(path));
  const sections: Entry[] = [
    { text: 'Start', items: pick(start) },
    { text: 'Tutorials', items: flat(inFolder('tutorials')) },
    { text: 'Methods', collapsed: true, items: [...flat(inFolder('methods')), ...pick(['methods'])] },
    ...Object.entries(guides).map(([text, paths]) => ({ text, items: pick(paths) })),
    { text: 'More guides', items: others.map(entryOf) },
    { text: 'Coming from', items: comingFrom.map(entryOf) },
    { text: 'Project', items: pick(project) },
  ];
  return {
    '/': sections.filter(({ items }) => items !== undefined && items.length > 0),
    '/adr/': [{ text: 'Decisions', items: flat(inFolder('adr')) }],
    '/reference/': tree(inFolder('reference'), 'reference'),
  };
}

/** Returns the entries at the top of each page. */
export function topEntries(pages: readonly Page[]): DefaultTheme.NavItemWithLink[] {
  const first = (folder: string): string =>
    linkOf(flatPages(pages.filter(({ path }) => path.startsWith(`${folder}/`)))[0]?.path ?? 'index');
  return [
    { text: 'Start', link: '/start' },
    { text: 'Tutorials', link: first('tutorials'), activeMatch: '^/tutorials/' },
    { text: 'Methods', link: first('methods'), activeMatch: '^/methods/' },
    { text: 'Guides', link: '/data' },
    { text: 'Reference', link: first('reference'), activeMatch: '^/reference/' },
  ];
}

/** Returns all pages to which a sidebar leads. */
export function linksOf(entries: readonly DefaultTheme.SidebarItem[]): string[] {
  return entries.flatMap(({ link, items = [] }) => [
    ...(link === undefined ? [] : [link]),
    ...linksOf(items),
  ]);
}

export function linkOf(path: string): string {
  return `/${path.replace(/(^|\/)index$/, '$1')}`;
}

function entryOf(page: Page): Entry {
  return { text: shortTitles[page.path] ?? page.title, link: linkOf(page.path) };
}

/** The index first, then by the order that the front matter gives, then by path. */
export function flatPages(pages: readonly Page[]): Page[] {
  const rank = ({ path, order }: Page): number => (path.endsWith('/index') ? -1 : order);
  return [...pages].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

function flat(pages: readonly Page[]): Entry[] {
  return flatPages(pages).map(entryOf);
}

/** A folder is a group, named by its index's heading, whose pages follow the folder's own. */
function tree(pages: readonly Page[], folder: string): Entry[] {
  const depth = folder.split('/').length;
  const own = pages.filter(({ path }) => path.split('/').length === depth + 1);
  const folders = new Set(
    pages
      .filter((page) => !own.includes(page))
      .map(({ path }) =>
        path
          .split('/')
          .slice(0, depth + 1)
          .join('/'),
      ),
  );
  const groups = [...folders].map((below) => {
    const inside = pages.filter(({ path }) => path.startsWith(`${below}/`));
    const index = inside.find(({ path }) => path === `${below}/index`);
    const items = tree(
      inside.filter((page) => page !== index),
      below,
    );
    const name = below.split('/').at(-1) ?? below;
    const order = index?.order ?? Infinity;
    const entry: Entry =
      index === undefined
        ? { text: name, collapsed: true, items }
        : { text: index.title, link: linkOf(index.path), collapsed: true, items };
    return { order, entry };
  });
  groups.sort((a, b) => (a.order === b.order ? 0 : a.order - b.order));
  return [...flat(own), ...groups.map(({ entry }) => entry)];
}
