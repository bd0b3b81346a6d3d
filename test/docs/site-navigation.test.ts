import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { linkOf, linksOf, sidebarOf, topEntries } from '../../docs/.site/navigation';
import { readPages } from '../../docs/.site/pages';
import { docs } from '../../docs/.site/paths';
import type { Page } from '../../docs/.site/pages';

function page(path: string, title = path, order = Infinity): Page {
  return { path, title, order };
}

function allLinks(pages: readonly Page[]): string[] {
  return Object.values(sidebarOf(pages)).flatMap(linksOf);
}

describe('the navigation', () => {
  it('leads to each page of the documentation, and to each one once', () => {
    const pages = readPages(docs).filter(({ path }) => !path.startsWith('source/'));
    const links = allLinks(pages);
    const counted = pages.map(({ path }) => [path, links.filter((link) => link === linkOf(path)).length]);
    // The lists of the reference and of the decisions are also entries of the main list.
    expect(
      counted.filter(([path, count]) => count !== (/^(reference|adr)\/index$/.test(String(path)) ? 2 : 1)),
    ).toEqual([]);
    expect(pages.length).toBeGreaterThan(70);
  });

  it('shows a guide that no group names, and one in a new folder of the reference', () => {
    const links = allLinks([page('index'), page('news'), page('reference/new/thing'), page('tutorials/fly')]);
    expect(links).toEqual(expect.arrayContaining(['/news', '/reference/new/thing', '/tutorials/fly']));
  });

  it('keeps the order of the front matter within a folder, the list of the folder first', () => {
    const pages = [
      page('tutorials/a'),
      page('tutorials/b', 'b', 2),
      page('tutorials/c', 'c', 1),
      page('tutorials/index'),
    ];
    const tutorials = sidebarOf(pages)['/']?.find(({ text }) => text === 'Tutorials');
    expect(linksOf(tutorials?.items ?? [])).toEqual([
      '/tutorials/',
      '/tutorials/c',
      '/tutorials/b',
      '/tutorials/a',
    ]);
  });

  it('leads from the top to pages that exist', () => {
    const pages = readPages(docs);
    const known = pages.map(({ path }) => linkOf(path));
    const generated = ['/methods/', '/reference/'];
    expect(
      topEntries(pages).filter(
        ({ link }) => !known.includes(link) && !generated.includes(link) && link !== '/',
      ),
    ).toEqual([]);
  });
});

describe('the pages', () => {
  it('have the title of their heading, without marks, and the order of the front matter', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fulgur-pages-'));
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    try {
      write('b/index.md', '---\norder: 3\n---\n\n# The `b` of [this](x.md) {#b}\n');
      write('a.md', '# A\n\n# Second\n');
      write('.vitepress/hidden.md', '# Hidden\n');
      expect(readPages(folder)).toEqual([page('a', 'A'), page('b/index', 'The b of this', 3)]);
      write('none.md', 'Text');
      expect(() => readPages(folder)).toThrow('docs/none.md has no heading.');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
