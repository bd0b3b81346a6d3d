import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkHouseRules, checkNames } from './layers/house-rules';
import { checkLayers, order } from './layers/layers';
import type { Exception } from './layers/layers';
import { importsOf, readSources, root } from './layers/source-file';
import type { SourceFile } from './layers/source-file';

const exceptions: readonly Exception[] = [
  ...['engine', 'data', 'doctor'].map((room) => ({
    room,
    file: 'src/config/environment.ts',
    why: "The index brings the command line's and the schema's packages, which these rooms and the loader's threads do without.",
  })),
  {
    room: 'doctor',
    file: 'src/config/versions.ts',
    why: 'The index brings packages that an old Node may not load.',
  },
  {
    room: 'cli',
    file: 'src/config/versions.ts',
    why: "The index brings the schema's packages, which `fulgur --help` does without.",
  },
  {
    room: 'data',
    file: 'src/engine/random/index.ts',
    why: "The loader's threads draw random numbers, and must not load TensorFlow for it.",
  },
  {
    room: 'doctor',
    file: 'src/engine/install/index.ts',
    why: 'The doctor looks at the installation itself, which nobody else is to see.',
  },
  {
    room: 'cli',
    file: 'src/config/environment.ts',
    why: 'The folder of compiled code is named before anything else is loaded.',
  },
];

const sources = readSources(['src', 'plugins', 'experiments']);

function files(texts: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(texts).map(([path, text]) => ({ path, text }));
}

describe('the project', () => {
  it('imports downward only, through indexes only, and in no circle', () => {
    expect(checkLayers(sources, exceptions)).toEqual([]);
  });

  it('keeps the house rules', () => {
    expect(sources.flatMap(checkHouseRules)).toEqual([]);
  });

  it('gives each exported name one meaning', () => {
    expect(checkNames(sources)).toEqual([]);
  });

  it('has every room of the list, each with its entry', () => {
    const entries = order.flat().map((room) => [`src/${room}/index.ts`, `src/${room}.ts`]);
    const missing = entries.filter((paths) => !paths.some((path) => existsSync(join(root, path))));
    expect(missing).toEqual([]);
    expect(sources.length).toBeGreaterThan(200);
  });
});

describe('checkLayers', () => {
  it('lets rooms import indexes below them, and the public list import all', () => {
    const fine = files({
      'src/index.ts': "export * from './trainer'; export { run } from './run';",
      'src/run.ts': "import { a } from './trainer'; import { b } from './run/part';",
      'src/run/part.ts': "import { c } from '../errors';",
      'src/trainer/index.ts': "export * from './loop/fit';",
      'src/trainer/loop/fit.ts':
        "import * as tf from '@tensorflow/tfjs-core'; import { c } from '../../errors';",
      'src/errors/index.ts': 'export const c = 1;',
      'plugins/shared/check-options.ts': "import { c } from '../../src';",
      'plugins/bell/index.ts':
        "import { c } from '../../src'; import './bell'; import '../shared/check-options';",
      'plugins/bell/bell.ts': '',
      'experiments/first.ts': "import { c } from '../src'; import '../plugins/bell'; import './second';",
      'experiments/second.ts': '',
    });
    expect(checkLayers(fine)).toEqual([]);
  });

  it('finds imports of all kinds', () => {
    const text = [
      "import a from 'a';",
      "import type { B } from 'b';",
      "export * from 'c';",
      "import d = require('d');",
      "const e = require('e');",
      "const f = import('f');",
      "type G = import('g').G;",
    ].join('\n');
    expect(importsOf({ path: 'x.ts', text }).map(({ specifier, line }) => `${line}${specifier}`)).toEqual([
      '1a',
      '2b',
      '3c',
      '4d',
      '5e',
      '6f',
      '7g',
    ]);
    const types = importsOf({ path: 'x.ts', text }).filter(({ typeOnly }) => typeOnly);
    expect(types.map(({ specifier }) => specifier)).toEqual(['b', 'g']);
  });

  it('finds an import upward, also of a type, and one between neighbours', () => {
    const bad = files({
      'src/nn/index.ts': '',
      'src/nn/layer.ts': "\nimport type { Trainer } from '../trainer';",
      'src/trainer/index.ts': '',
      'src/optim/index.ts': "import { loss } from '../losses';",
      'src/losses/index.ts': '',
    });
    expect(checkLayers(bad)).toEqual([
      'src/nn/layer.ts:2 imports src/trainer/index.ts: trainer does not lie below nn',
      'src/optim/index.ts:1 imports src/losses/index.ts: losses does not lie below optim',
    ]);
  });

  it('finds an import past an index, and an exception that is not used', () => {
    const bad = files({
      'src/data/one.ts': "import { stream } from '../engine/random';",
      'src/trainer/two.ts': "import { stream } from '../engine/random';",
      'src/engine/random/index.ts': '',
      'src/config/environment.ts': '',
    });
    const allowed = [
      { room: 'data', file: 'src/engine/random/index.ts', why: '' },
      { room: 'nn', file: 'src/config/environment.ts', why: '' },
    ];
    expect(checkLayers(bad, allowed)).toEqual([
      'src/trainer/two.ts:1 imports src/engine/random/index.ts: engine is imported through its index only',
      'the exception of nn for src/config/environment.ts is not used any more',
    ]);
  });

  it('finds src importing plugins, experiments, the public list, a room without a place, and a missing file', () => {
    const bad = files({
      'src/index.ts': '',
      'src/attic/index.ts': '',
      'src/trainer/one.ts':
        "import '../../plugins/bell';\nimport '../../experiments/first';\nimport '..';\nimport '../attic';\nimport './gone';",
      'plugins/bell/index.ts': '',
      'experiments/first.ts': '',
    });
    expect(checkLayers(bad)).toEqual([
      'src/trainer/one.ts:1 imports plugins/bell/index.ts: src knows nothing of plugins and experiments',
      'src/trainer/one.ts:2 imports experiments/first.ts: src knows nothing of plugins and experiments',
      'src/trainer/one.ts:3 imports src/index.ts: the public list is for plugins and experiments',
      'src/trainer/one.ts:4 imports src/attic/index.ts: attic does not lie below trainer',
      'src/trainer/one.ts:5 imports ./gone, which does not exist',
    ]);
  });

  it('finds a plugin that looks into src or into another plugin, and an experiment that looks behind an index', () => {
    const bad = files({
      'src/index.ts': '',
      'src/nn/index.ts': '',
      'plugins/bell/index.ts': "import '../../src/nn';",
      'plugins/bell/bell.ts': "import '../horn';",
      'plugins/horn/index.ts': '',
      'experiments/first.ts': "import '../plugins/bell/bell'; import '../src/nn';",
    });
    const plugin = 'a plugin imports its own folder, src/index.ts and plugins/shared only';
    const experiment = "an experiment imports src/index.ts, plugins' indexes and experiments only";
    expect(checkLayers(bad)).toEqual([
      `plugins/bell/index.ts:1 imports src/nn/index.ts: ${plugin}`,
      `plugins/bell/bell.ts:1 imports plugins/horn/index.ts: ${plugin}`,
      `experiments/first.ts:1 imports plugins/bell/bell.ts: ${experiment}`,
      `experiments/first.ts:1 imports src/nn/index.ts: ${experiment}`,
    ]);
  });

  it('finds a circle of files, also of one with itself, and by types alone', () => {
    const bad = files({
      'src/nn/a.ts': "import './b';",
      'src/nn/b.ts': "export * from './c';",
      'src/nn/c.ts': "import { a } from './a'; import type { D } from './d';",
      'src/nn/d.ts': "import { c } from './c';",
      'src/nn/self.ts': "import './self';",
    });
    expect(checkLayers(bad)).toEqual([
      'the files src/nn/a.ts → src/nn/b.ts → src/nn/c.ts → src/nn/a.ts import each other',
      'the files src/nn/c.ts → src/nn/d.ts → src/nn/c.ts import each other',
      'the files src/nn/self.ts → src/nn/self.ts import each other',
    ]);
  });
});

describe('checkNames', () => {
  it('finds a name that two files declare, and none that is handed on', () => {
    const sources = files({
      'src/nn/a.ts': 'export class Layer {} export const [x] = [1]; function own() {}',
      'src/nn/b.ts': 'export interface Layer {} function own() {}',
      'src/nn/index.ts': "export { Layer } from './a'; export type { Layer as Other } from './b';",
    });
    expect(checkNames(sources)).toEqual(['Layer is declared in src/nn/a.ts and src/nn/b.ts']);
  });
});

describe('checkHouseRules', () => {
  function problemsOf(text: string, path = 'src/nn/layer.ts'): string[] {
    return checkHouseRules({ path, text });
  }

  it.each(['export default class A {}', 'export default 3;', 'const a = 1; export { a as default };'])(
    'finds the default export of %s',
    (text) => {
      expect(problemsOf(text)).toEqual(['src/nn/layer.ts:1 exports a default']);
    },
  );

  it.each([
    ['process.env', 'env'],
    ["process['argv'];", 'argv'],
    ['const { argv: words } = process;', 'argv'],
  ])('finds the reading of %s', (text, name) => {
    expect(problemsOf(text)).toEqual([`src/nn/layer.ts:1 reads process.${name} outside src/config`]);
    expect(problemsOf(text, 'src/config/words.ts')).toEqual([]);
  });

  it('finds waits by the timers of Node, which end long ones at once', () => {
    const text = "import { setTimeout as sleep } from 'node:timers/promises';\nsetTimeout(end, 5);";
    expect(problemsOf(text)).toEqual([
      'src/nn/layer.ts:1 waits by setTimeout, not by src/system',
      'src/nn/layer.ts:2 waits by setTimeout, not by src/system',
    ]);
    expect(problemsOf(text, 'src/system/timer.ts')).toEqual([]);
  });

  it.each(['console.log(text);', 'process.stdout.write(text);', 'process.stderr.write(text);'])(
    'finds that %s shows a text past src/system',
    (text) => {
      expect(problemsOf(text)).toEqual([
        'src/nn/layer.ts:1 writes to the terminal itself, not by src/system',
      ]);
      expect(problemsOf(text, 'src/system/output.ts')).toEqual([]);
    },
  );

  it('finds packages outside of their places', () => {
    const text = "import koffi from 'koffi';\nimport 'node:fs/promises';\nimport 'inversify';";
    expect(problemsOf(text)).toEqual([
      'src/nn/layer.ts:1 imports koffi: native access has its own places',
      'src/nn/layer.ts:2 imports node:fs/promises: the file system has its own places',
      'src/nn/layer.ts:3 imports inversify: the container has its own places',
    ]);
    expect(problemsOf("import { spawn } from 'child_process';")).toEqual([
      'src/nn/layer.ts:1 imports child_process: starting programs has its own places',
    ]);
  });

  it('finds names of no concept or in another case, interfaces with an I, and long files', () => {
    expect(problemsOf('', 'src/nn/utils.ts')).toEqual(['src/nn/utils.ts is named after no concept']);
    expect(problemsOf('', 'src/nn/resNet.ts')).toEqual(['src/nn/resNet.ts is not in kebab-case']);
    expect(problemsOf('interface ILayer {}\ninterface Image {}')).toEqual([
      'src/nn/layer.ts:1 names the interface ILayer with an I',
    ]);
    expect(problemsOf('// one\n'.repeat(401))).toEqual(['src/nn/layer.ts has 401 lines, more than 400']);
  });
});
