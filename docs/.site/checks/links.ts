import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { dist, docs, root } from '../paths';
import type { Check, Problem } from '../problem';
import { slug } from '../slug';

/** Looks at each link, picture and anchor of the built site, and of the Markdown files of the project's root. */
export const links: Check = {
  name: 'links',
  run: () =>
    Promise.resolve([
      ...siteProblems(dist, docs),
      ...['.', '.github'].flatMap(markdownFiles).flatMap((file) => markdownProblems(root, file)),
    ]),
};

function markdownFiles(folder: string): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  const files = readdirSync(path, { recursive: folder !== '.', encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.md')).map((file) => posix.join(folder, file));
}

interface BuiltPage {
  readonly anchors: ReadonlySet<string>;
  readonly addresses: readonly string[];
}

/** Returns the links of a built site that lead to no file or no anchor of it. `sources` has the pages' Markdown. */
export function siteProblems(site: string, sources: string): Problem[] {
  const files = readdirSync(site, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(site, join(entry.parentPath, entry.name)).split(sep).join('/'));
  const known = new Set(files);
  // The "not found" page's addresses depend on where it is sent.
  const pages = new Map(
    files
      .filter((file) => file.endsWith('.html') && file !== '404.html')
      .map((file) => [file, readBuiltPage(readFileSync(join(site, file), 'utf8'))]),
  );
  const problems: Problem[] = [];
  for (const [file, { addresses }] of pages) {
    for (const address of new Set(addresses)) {
      const [path = '', anchor = ''] = address.split('#').map(decodeURIComponent);
      const joined = posix.normalize(posix.join(posix.dirname(file), path));
      const target =
        path === '' ? file : /(?:^\.?|\/)$/.test(joined) ? posix.join(joined, 'index.html') : joined;
      if (path.startsWith('/') || target.startsWith('..')) {
        problems.push(problemOf(sources, file, address, `${address} leads out of the site.`));
      } else if (!known.has(target)) {
        problems.push(problemOf(sources, file, address, `${target} does not exist on the site.`));
      } else if (anchor !== '' && pages.get(target)?.anchors.has(anchor) === false) {
        problems.push(problemOf(sources, file, address, `${target} has no anchor #${anchor}.`));
      }
    }
  }
  return problems.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

function readBuiltPage(html: string): BuiltPage {
  const tags = html.replace(/<script[^>]*>.*?<\/script>/gs, '').match(/<[a-z][^>]*>/g) ?? [];
  const valuesOf = (name: string): string[] =>
    tags.flatMap((tag) => {
      const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
      return value === undefined ? [] : [value.replaceAll('&amp;', '&')];
    });
  return {
    anchors: new Set([...valuesOf('id'), ...valuesOf('name')]),
    addresses: [...valuesOf('href'), ...valuesOf('src')].filter(
      (address) => !/^[a-z][a-z+.-]*:/i.test(address),
    ),
  };
}

/** Places the problem in the page's Markdown, where that has the link's words. */
function problemOf(sources: string, file: string, address: string, message: string): Problem {
  const page = file.replace(/\.html$/, '.md');
  const path = join(sources, page);
  const [target = '', anchor] = address.split('#').map(decodeURIComponent);
  const words = anchor ?? posix.basename(target, '.html');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  return {
    file: posix.join('docs', page),
    line: lines.findIndex((line) => line.includes(words)) + 1,
    message,
  };
}

/** Returns the links of a Markdown file, outside the site, that lead to no file or no heading. */
export function markdownProblems(folder: string, file: string): Problem[] {
  const lines = withoutCode(readFileSync(join(folder, file), 'utf8')).split('\n');
  return lines.flatMap((text, index) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, address = '']) => {
      if (/^[a-z][a-z+.-]*:/i.test(address)) return [];
      const [path = '', anchor = ''] = address.split('#');
      const target = path === '' ? file : posix.join(posix.dirname(file), path);
      const place = { file, line: index + 1 };
      if (!existsSync(join(folder, target))) return [{ ...place, message: `${target} does not exist.` }];
      if (anchor === '' || !target.endsWith('.md')) return [];
      return headingAnchors(readFileSync(join(folder, target), 'utf8')).has(anchor)
        ? []
        : [{ ...place, message: `${target} has no heading #${anchor}.` }];
    }),
  );
}

function headingAnchors(text: string): Set<string> {
  const headings = [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) => slug(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, ''))),
  );
}

function withoutCode(text: string): string {
  return text.replace(/^( *)(```+)[^\n]*\n[^]*?^\1\2$/gm, (block) => block.replace(/[^\n]/g, ''));
}
