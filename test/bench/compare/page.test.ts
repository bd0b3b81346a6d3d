import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Page, mergeRows, replaceSection } from '../../../bench/compare/page';
import { rowOf } from './sample-row';

const marks = (section: string): string =>
  `<!-- compare:begin ${section} -->\n<!-- compare:end ${section} -->\n`;

describe('replaceSection', () => {
  it('leaves everything outside the marks unchanged', () => {
    const page = `before\n${marks('one')}between\n${marks('two')}after\n`;
    const once = replaceSection(page, 'two', 'first');
    const twice = replaceSection(once, 'two', 'second');
    expect(twice).toBe(once.replace('first', 'second'));
    expect(replaceSection(twice, 'two', '')).toBe(page);
    expect(once).toContain('-->\n\nfirst\n\n<!--');
  });

  it('names the marks that a page lacks', () => {
    expect(() => replaceSection('text', 'one', '')).toThrow(
      "The page of the figures has no section 'one'. " +
        'Insert the lines <!-- compare:begin one --> and <!-- compare:end one --> where it belongs.',
    );
  });
});

describe('mergeRows', () => {
  it('prefers fresh rows, keeps the order of names, and drops rows without one', () => {
    const stored = ['c', 'old', 'a'].map((name) => rowOf({ name }));
    const fresh = [rowOf({ name: 'a', turns: 5 }), rowOf({ name: 'b' })];
    const merged = mergeRows(stored, fresh, ['a', 'b', 'c', 'd']);
    expect(merged.map(({ name, turns }) => [name, turns])).toEqual([
      ['a', 5],
      ['b', 3],
      ['c', 3],
    ]);
  });
});

describe('a page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-page-'));
  const names = { main: ['a', 'b'], shapes: ['c'] };
  const path = join(folder, 'performance.md');
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('refreshes row by row, from one run to the next', () => {
    writeFileSync(path, `# Title\n${marks('main')}${marks('shapes')}`);
    new Page(folder, names).add('main', [rowOf({ name: 'b', turns: 7 })]);
    new Page(folder, names).add('shapes', [rowOf({ name: 'c' })]);
    new Page(folder, names).add('main', [rowOf({ name: 'a' })]);
    const text = readFileSync(path, 'utf8');
    expect(text.match(/^\| \w \| s a step \| \d/gm)).toEqual([
      '| a | s a step | 3',
      '| b | s a step | 7',
      '| c | s a step | 3',
    ]);
    expect(existsSync(join(folder, 'images/performance.svg'))).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['images', 'performance.json', 'performance.md']);
  });

  it('reports in advance what it could not do', () => {
    writeFileSync(path, marks('main'));
    expect(() => new Page(folder, names).check()).toThrow("The page of the figures has no section 'shapes'.");
    writeFileSync(join(folder, 'performance.json'), '{');
    expect(() => new Page(folder, names).check()).toThrow(
      /^The figures in .*performance\.json cannot be read\. .* Restore the file, or delete it to measure everything again\.$/,
    );
  });
});
