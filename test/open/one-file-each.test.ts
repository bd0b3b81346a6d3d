import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importsOf } from '../layers/source-file';
import { runChild, temporaryFolder } from '../run/child';

const cwd = temporaryFolder();
const steps = ['--trainer.maxSteps', '2'];

async function runTwoSteps(name: string, ...args: readonly string[]): Promise<(...path: string[]) => string> {
  const root = [name, ...args].join('').replaceAll(/[^a-z0-9]/g, '');
  const words = ['--trainer.defaultRootDir', root, ...steps, ...args];
  const { code, errors } = await runChild(`test/open/experiments/${name}.ts`, words, { cwd });
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return (...path) => readFileSync(join(cwd, root, name, 'version_0', ...path), 'utf8');
}

it.each(['simclr', 'own-dataset', 'own-operation', 'own-logger', 'blobs'])(
  '%s is one file, and everything that it needs is public',
  (name) => {
    const path = `test/open/experiments/${name}.ts`;
    const text = readFileSync(join(__dirname, 'experiments', `${name}.ts`), 'utf8');
    const imports = importsOf({ path, text });
    const specifiers = imports.map(({ specifier }) => specifier);
    expect(specifiers).toContain('../../../src');
    const others = specifiers.filter((specifier) => specifier !== '../../../src');
    expect(
      others.filter((specifier) => !/^(\.\.\/\.\.\/\.\.\/plugins\/[a-z-]+|node:.*)$/.test(specifier)),
    ).toEqual([]);
  },
);

it("a data set in the experiment's file gives the same numbers with 0, 1 and 2 loader threads", async () => {
  const metrics: string[] = [];
  for (const workers of ['0', '1', '2']) {
    const read = await runTwoSteps('own-dataset', '--data.workers', workers);
    metrics.push(read('metrics.csv'));
  }
  const [first = '', ...others] = metrics;
  expect(first.trim().split('\n')).toHaveLength(3);
  expect(others).toEqual([first, first]);
  const [head = '', ...rows] = first.trim().split('\n');
  const at = head.split(',').indexOf('labelled');
  // A fifth of the samples has no label.
  for (const row of rows) expect([4, 5, 6, 7, 8]).toContain(Number(row.split(',')[at]));
});

it("an operation in the experiment's file changes the same pixels with and without loader threads", async () => {
  const metrics: string[] = [];
  for (const workers of ['0', '2']) {
    const read = await runTwoSteps('own-operation', '--data.workers', workers);
    metrics.push(read('metrics.jsonl'));
  }
  expect(metrics[1]).toBe(metrics[0]);
  const rows = metrics[0]?.trim().split('\n') ?? [];
  expect(rows).toHaveLength(2);
  for (const row of rows) {
    const { values } = JSON.parse(row) as { values: Record<string, number> };
    // The square covers a quarter of each view, and little of a digit is white.
    expect(values['white']).toBeGreaterThanOrEqual(0.25);
    expect(values['white']).toBeLessThan(0.35);
  }
});

it("a logger in the experiment's file writes every row", async () => {
  const read = await runTwoSteps('own-logger');
  expect(read('metrics.tsv')).toMatch(/^1\tloss\t\d\.\d\d\n2\tloss\t\d\.\d\d\n$/);
});
