import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { problemsOf } from '../../docs/.site/checks/build-output';
import { markdownProblems, siteProblems } from '../../docs/.site/checks/links';
import { fromDocs } from '../../docs/.site/root-pages';
import { slug } from '../../docs/.site/slug';
import { linksOutOf } from '../../docs/.site/source-pages';

let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'fulgur-links-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe('the check of the built site', () => {
  it('accepts relative links to pages, folders, files and anchors', () => {
    write('site/index.html', '<a href="./guide.html#top">x</a><a href="./a/">y</a><img src="./logo.svg">');
    write(
      'site/guide.html',
      '<h1 id="top">Guide</h1><a href="#top">x</a><a href="https://example.org/">y</a>',
    );
    write('site/a/index.html', '<a href="../">home</a><a href="../guide.html">x</a>');
    write('site/logo.svg', '');
    expect(siteProblems(join(folder, 'site'), join(folder, 'docs'))).toEqual([]);
  });

  it('finds links to pages, anchors and pictures that do not exist, with their lines, and links out of the site', () => {
    write('docs/a/page.md', '# A\n\n[x](../gone.md)\n[y](../guide.md#gone-anchor)\n');
    write(
      'site/a/page.html',
      '<a href="../gone.html">x</a><a href="../guide.html#gone-anchor">y</a><a href="/root">z</a>',
    );
    write('site/guide.html', '<h1 id="top">Guide</h1><img src="./none.png"><a href="../out.html">x</a>');
    expect(siteProblems(join(folder, 'site'), join(folder, 'docs'))).toEqual([
      { file: 'docs/a/page.md', line: 0, message: '/root leads out of the site.' },
      { file: 'docs/a/page.md', line: 3, message: 'gone.html does not exist on the site.' },
      { file: 'docs/a/page.md', line: 4, message: 'guide.html has no anchor #gone-anchor.' },
      { file: 'docs/guide.md', line: 0, message: '../out.html leads out of the site.' },
      { file: 'docs/guide.md', line: 0, message: 'none.png does not exist on the site.' },
    ]);
  });
});

describe('the check of Markdown files', () => {
  it('finds files and headings that do not exist, outside code blocks', () => {
    write('docs/guide.md', '# Guide\n\n## What `x` is for\n\n```\n# no-heading\n```\n');
    write(
      'README.md',
      '[a](docs/guide.md#what-x-is-for)\n[b](docs/none.md)\n\n```md\n[c](docs/none.md)\n```\n[d](docs/guide.md#no-heading) [e](#gone)\n',
    );
    expect(markdownProblems(folder, 'README.md')).toEqual([
      { file: 'README.md', line: 2, message: 'docs/none.md does not exist.' },
      { file: 'README.md', line: 7, message: 'docs/guide.md has no heading #no-heading.' },
      { file: 'README.md', line: 7, message: 'README.md has no heading #gone.' },
    ]);
  });

  it('gives headings the anchors of repository browsers', () => {
    expect(slug("TensorFlow.js and one's own `x_y`")).toBe('tensorflowjs-and-ones-own-x_y');
    expect(slug('2. Übergänge – kurz')).toBe('2-übergänge--kurz');
  });
});

describe('the build of the site', () => {
  it('is a problem for each warning, and when it fails without one', () => {
    const output =
      '  vitepress v1.6.4\n(!) Found dead link ./x in file y.md\nThe language "foo" is not loaded, falling back to "txt"\n';
    expect(problemsOf(0, output).map(({ message }) => message)).toEqual([
      '(!) Found dead link ./x in file y.md',
      'The language "foo" is not loaded, falling back to "txt"',
    ]);
    expect(problemsOf(1, '  vitepress v1.6.4').map(({ message }) => message)).toEqual([
      'vitepress build ended with code 1:   vitepress v1.6.4',
    ]);
    expect(
      problemsOf(
        0,
        '  vitepress v1.6.4\n\n- building client + server bundles...\n✓ rendering pages...\nbuild complete in 3.10s.\n',
      ),
    ).toEqual([]);
  });
});

describe('links to files of the project', () => {
  it('are found in pages, and lead from docs on pages of the root', () => {
    const text =
      '[a](../experiments/x.ts) [b](data.md) [c](https://example.org) [d](../README.md) [e](../src/y.ts#L3)';
    expect(linksOutOf('guide', text)).toEqual(['experiments/x.ts', 'src/y.ts']);
    expect(fromDocs('[a](docs/data.md#x) [b](LICENSE) [c](#here) [d](https://example.org)')).toBe(
      '[a](data.md#x) [b](../LICENSE) [c](#here) [d](https://example.org)',
    );
  });
});
