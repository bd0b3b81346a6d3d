import { FastSiam } from '../../../experiments/fastsiam';
import { errorKinds } from '../../../src';
import { PrintAndExit, resolveConfig } from '../../../src/config';
import { environmentVariables } from '../../../docs/.site/reference/environment-variables';
import { hyperParameters } from '../../../src/metadata';
import { builtInCommands } from '../../../src/run/commands';
import { experimentCommandsPage } from '../../../docs/.site/reference/command-pages';
import { errorExamples } from '../../../docs/.site/reference/error-examples';
import { kindSection } from '../../../docs/.site/reference/error-pages';
import { optionPages } from '../../../docs/.site/reference/option-pages';
import { defaultWords, rangeWords, typeWords, valuesOf } from '../../../docs/.site/reference/option-values';
import { variablesInSource } from '../../../docs/.site/reference/variables-in-source';
import { wholeNumber } from '../../../src/contracts/option';
import { z } from '../../../src';

function helpOf(): string {
  try {
    resolveConfig(FastSiam, ['--help'], builtInCommands);
  } catch (request) {
    if (request instanceof PrintAndExit) return request.text;
  }
  return '';
}

describe('the tables of options', () => {
  it('contain every option of --help', () => {
    const own = [...hyperParameters(FastSiam).map(({ name }) => name), 'config', 'version', 'help'];
    const names = [...helpOf().matchAll(/^ +--([\w.]+) /gm)].map(([, name = '']) => name);
    const pages = [...optionPages().values(), experimentCommandsPage()].join('\n');
    expect(names.length).toBeGreaterThan(80);
    expect(names.filter((name) => !own.includes(name) && !pages.includes(`<code>--${name}</code>`))).toEqual(
      [],
    );
  });

  it('keep braces in the words of an option, which VitePress would take for attributes', () => {
    expect(optionPages().get('options/trainer')).toContain('&#123;0: 1, 5: 4}');
  });

  it('say type, limits and default of a schema', () => {
    const values = valuesOf(wholeNumber('epochs').max(9).nullable().default(3));
    expect([typeWords(values), rangeWords(values), defaultWords(values.default)]).toEqual([
      'whole number or null',
      'above 0, at most 9',
      '<code>3</code>',
    ]);
    const choice = valuesOf(z.enum(['a', 'b']).nullable().default(null));
    expect([typeWords(choice), rangeWords(choice), defaultWords(choice.default)]).toEqual([
      '`a`, `b`',
      '',
      'not set',
    ]);
  });
});

const noPlaces = { all: [], link: () => '' };

describe('the examples of errors', () => {
  it('exist for every kind', () => {
    expect(Object.keys(errorExamples).sort()).toEqual(Object.keys(errorKinds).sort());
  });

  it('show what was done, and the message that the code gives', async () => {
    const example = { title: 'Bytes', fail: errorExamples.state[0].fail };
    const text = await kindSection('state', new Map([['Bytes', 'decode();']]), noPlaces, [example]);
    expect(text).toContain(
      '**Bytes**\n\n```ts\ndecode();\n```\n\n```text\nThis is not a valid safetensors file: ',
    );
  });

  it('fail the build where they give an error of another kind', async () => {
    const wrong = [{ title: 'Bytes', fail: errorExamples.state[0].fail }] as const;
    await expect(kindSection('data', new Map(), noPlaces, wrong)).rejects.toThrow(
      /^The example 'Bytes' of the errors of kind 'data' gave: FulgurError: /,
    );
  });
});

describe('the list of environment variables', () => {
  it('names none that the code does not read', () => {
    const read = variablesInSource();
    expect(Object.keys(environmentVariables).filter((name) => !read.includes(name))).toEqual([]);
  });

  it('describes every variable of Fulgur that a user sets', () => {
    const ofLauncher = ['FULGUR_ISOLATED', 'FULGUR_RANK', 'FULGUR_RANK_ADDRESSES', 'FULGUR_WORLD_SIZE'];
    const own = variablesInSource().filter(
      (name) => name.startsWith('FULGUR_') && !ofLauncher.includes(name),
    );
    expect(own.filter((name) => !(name in environmentVariables))).toEqual([]);
  });
});
