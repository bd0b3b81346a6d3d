import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ConfigError, PrintAndExit } from '../../src/config';
import { defineDataset, z } from '../../src';
import type { DatasetDeclaration, DataOptions } from '../../src';
import { Experiment } from '../../src/metadata';
import type { ExperimentClass } from '../../src/metadata';
import { resolveConfig } from './resolve';

function photosIn(module: string) {
  return defineDataset({
    ...{ module, export: 'photos', options: z.strictObject({ csv: z.string() }) },
    open: () => ({ length: 1, read: () => ({ width: 1, height: 1, data: new Uint8Array(3) }) }),
  });
}

const photos = photosIn('/home/ann/photos.ts');

function experiment(data: Partial<DataOptions>): ExperimentClass {
  @Experiment({ name: 'album', data })
  class Album {}
  return Album;
}

const album = experiment({ dataset: photos({ csv: 'a.csv' }) });

const folder = mkdtempSync(join(tmpdir(), 'fulgur-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function recorded(config: unknown): string[] {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, stringify(config));
  return ['--config', file];
}

function problemsOf(data: object, args: readonly string[] = []): string {
  try {
    resolveConfig(experiment(data), args);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'none';
}

describe('a data set as a value', () => {
  it('replaces a name', () => {
    const { data, toJson } = resolveConfig(album, []);
    expect(data.name).toBeNull();
    expect(data.dataset?.name).toBe('photos');
    expect(toJson()).toMatchObject({ data: { name: null, dataset: { photos: { csv: 'a.csv' } } } });
  });

  it('is overridden by a name on the command line or in a file', () => {
    for (const args of [['--data.name', 'digits'], recorded({ data: { name: 'digits' } })]) {
      const { data, toJson } = resolveConfig(album, args);
      expect([data.name, data.dataset]).toEqual(['digits', null]);
      expect(toJson()).toMatchObject({ data: { name: 'digits', dataset: null } });
    }
  });

  it.each([[[]], [['--data.name', 'digits']]])(
    'is recorded so that the record of %j gives the same configuration again',
    (args) => {
      const first = resolveConfig(album, args);
      expect(resolveConfig(album, recorded(first.toJson())).toJson()).toEqual(first.toJson());
    },
  );

  it('is the same wherever its file is, but not with other options', () => {
    const args = recorded(resolveConfig(album, []).toJson());
    const moved = experiment({ dataset: photosIn('/home/bob/project/photos.ts')({ csv: 'a.csv' }) });
    expect(resolveConfig(moved, args).toJson()).toEqual(resolveConfig(album, []).toJson());
    const other = experiment({ dataset: photos({ csv: 'b.csv' }) });
    expect(() => resolveConfig(other, args)).toThrow(
      `is {"photos":{"csv":"b.csv"}} in the experiment's file, and can only be changed there`,
    );
  });

  it('is shown by --help as the default of the name', () => {
    const help = (): unknown => resolveConfig(album, ['--help']);
    expect(help).toThrow(PrintAndExit);
    try {
      help();
    } catch (error) {
      const text = (error as PrintAndExit).text.replace(/\s+/g, ' ');
      expect(text).toMatch(
        /--data\.name <value> the data set \(choices: [a-z0-9, ]+; default: the experiment's own photos {"csv":"a\.csv"}\)/,
      );
    }
  });

  it('is rejected if it is something else or conflicts with a name, in one message each', () => {
    class Photos {
      readonly length = 3;
    }
    const shown =
      "write export const photos = defineDataset({ export: 'photos', open: () => ({ length, read }) }) and pass dataset: photos()";
    const around = (problem: string): string =>
      `An option is invalid:\n  data.dataset of @Experiment on Album: ${problem}\nRun with --help to see all options.`;
    const kind = 'must be the result of a function made by defineDataset, not';
    expect(problemsOf({ dataset: { length: 3 } })).toBe(around(`${kind} an object; ${shown}`));
    expect(problemsOf({ dataset: new Photos() })).toBe(around(`${kind} a Photos; ${shown}`));
    expect(problemsOf({ dataset: 'photos.csv' })).toBe(around(`${kind} a string; ${shown}`));
    expect(problemsOf({ dataset: photos })).toBe(around('must be called: dataset: photos({ ... })'));
    expect(problemsOf({ dataset: photos({ csv: 'a.csv' }), name: 'digits' })).toBe(
      around("conflicts with data.name 'digits'; give only one of them"),
    );
  });

  it('does not compile if it is something else', () => {
    // @ts-expect-error only defineDataset makes declarations
    const wrong: DatasetDeclaration = { name: 'photos', spec: { module: '', export: '', options: {} } };
    expect(wrong.name).toBe('photos');
  });
});

it('a share of samples to hold out is between 0 and 1', () => {
  expect(resolveConfig(album, ['--data.testFraction', '0.1']).data.testFraction).toBe(0.1);
  for (const [given, problem] of [
    ['0', 'must be above 0, not 0'],
    ['1', 'must be below 1, not 1'],
    ['ten', 'must be a number, not "ten"'],
  ] as const) {
    expect(problemsOf({ dataset: photos({ csv: 'a.csv' }) }, ['--data.testFraction', given])).toBe(
      `An option is invalid:\n  --data.testFraction: ${problem}\nRun with --help to see all options.`,
    );
  }
});

it('a range of gray is two numbers, from the command line, a file or the code', () => {
  const rangeOf = (args: readonly string[]) => resolveConfig(album, args).data.grayRange;
  expect(rangeOf([])).toBeNull();
  expect(rangeOf(['--data.grayRange', '0,4095'])).toEqual([0, 4095]);
  expect(rangeOf(['--data.grayRange', '100, 4095.5'])).toEqual([100, 4095.5]);
  expect(rangeOf(recorded({ data: { grayRange: [0, 4095] } }))).toEqual([0, 4095]);
  for (const [given, shown] of [
    ['4095', '4095'],
    ['4095,0', '"4095,0"'],
    ['0,many', '"0,many"'],
    ['0,1,2', '"0,1,2"'],
    [',5', '",5"'],
  ] as const) {
    expect(problemsOf({ dataset: photos({ csv: 'a.csv' }) }, ['--data.grayRange', given])).toBe(
      'An option is invalid:\n  --data.grayRange: must be two numbers, the smaller first, such as 0,4095, ' +
        `not ${shown}\nRun with --help to see all options.`,
    );
  }
});
