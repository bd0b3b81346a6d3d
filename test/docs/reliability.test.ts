import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const page = readFileSync(join(root, 'docs/reliability.md'), 'utf8');

/** The tests that the table names: a file, and the beginning of a test's sentence where it says one. */
const named = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('`test/'))
  .flatMap((line) => [
    ...(line.split('|').at(-2) ?? '').matchAll(/`(test\/[^`]+)`(?:: ([^`|]+?))?(?=, `| *$)/g),
  ])
  .map(([, file = '', sentence]) => ({ file, sentence }));

it('every fault of the table has its test', () => {
  const rows = page.split('\n').filter((line) => /^\| (?!fault|-)/.test(line));
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter((row) => !row.includes('`test/'))).toEqual([]);
  expect(named.length).toBeGreaterThanOrEqual(rows.length);
});

it.each(named)('$file has the test that the table names: $sentence', ({ file, sentence }) => {
  expect(existsSync(join(root, file))).toBe(true);
  if (sentence !== undefined) expect(readFileSync(join(root, file), 'utf8')).toContain(sentence);
});
