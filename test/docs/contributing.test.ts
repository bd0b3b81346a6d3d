import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { order } from '../layers/layers';

const root = resolve(__dirname, '../..');
const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

/** The rooms of the page's map, in its order. */
function roomsOf(text: string): string[] {
  const map = text.slice(text.indexOf('| room |')).split('\n\n')[0] ?? '';
  return [...map.matchAll(/^\| `([\w-]+)` \| \S.*\|$/gm)].map(([, room = '']) => room);
}

/** What a text has its reader run or open, and does not exist. */
function missingIn(text: string): string[] {
  const programs = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
  const paths = [...text.matchAll(/\b(?:src|plugins|experiments|test|bench|docs|\.ci)\/[\w./-]*[\w-]/g)];
  return [
    ...programs.filter((name) => !(name in scripts)),
    ...paths.map(([path]) => path).filter((path) => !/NAME|\*/.test(path) && !existsSync(join(root, path))),
  ];
}

describe('the map of CONTRIBUTING.md', () => {
  it('names every room of src and no other, in the order of the layers', () => {
    expect(roomsOf(page)).toEqual(order.flat());
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(roomsOf(page).toSorted()).toEqual(folders.map(({ name }) => name).sort());
  });

  it('would lack a room whose row is deleted', () => {
    const less = page.replace(/^\| `losses` .*\n/m, '');
    expect(roomsOf(less)).toEqual(order.flat().filter((room) => room !== 'losses'));
  });
});

describe('the commands and paths of CONTRIBUTING.md', () => {
  it('exist', () => {
    expect(missingIn(page)).toEqual([]);
  });

  it('are found missing where they are', () => {
    const text = 'Run `npm run dcos` or `npm run docs:check`; see `src/nm/index.ts` and `src/nn/index.ts`.';
    expect(missingIn(text)).toEqual(['dcos', 'src/nm/index.ts']);
  });
});
