import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ConfigError, PrintAndExit } from '../../src/config';
import { Experiment, HyperParameter } from '../../src/metadata';
import { resolveConfig } from './resolve';

const transform = { spec: { module: 'm', export: 'plain', options: { inputSize: 32 } } };

@Experiment({ name: 'tiny', trainer: { maxEpochs: 3 }, data: { name: 'digits', batchSize: 32, transform } })
class Tiny {
  @HyperParameter({ min: 0, description: 'learning rate' }) lr = 0.06;
  @HyperParameter({ choices: ['a', 'b'] }) mode = 'a';
}

@Experiment({ name: 'bare' })
class Bare {}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fulgur-config-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function yaml(text: string): string {
  const file = join(folder, 'run.yaml');
  writeFileSync(file, text);
  return file;
}

function problemsOf(args: readonly string[]): string {
  try {
    resolveConfig(Tiny, args);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('no problem was found');
}

function helpOf(experiment: typeof Tiny): string {
  try {
    resolveConfig(experiment, ['--help']);
  } catch (error) {
    if (error instanceof PrintAndExit) return error.text;
    throw error;
  }
  return '';
}

describe('resolveConfig', () => {
  it.each([
    ['lists', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['mappings', `${'{a: '.repeat(20_000)}1${'}'.repeat(20_000)}`],
  ])('rejects a file of %s nested too deeply for the parser', (_, text) => {
    const file = yaml(text);
    expect(() => resolveConfig(Tiny, ['--config', file])).toThrow(
      `The configuration file ${file} is not valid YAML: its lists and mappings are nested too deeply. Correct the file.`,
    );
  });

  it('completes what the decorator declares with defaults', () => {
    const { name, seed, resume, trainer, data, hyperparameters } = resolveConfig(Tiny, []);
    expect({ name, seed, resume, hyperparameters }).toEqual({
      name: 'tiny',
      seed: 0,
      resume: null,
      hyperparameters: { lr: 0.06, mode: 'a' },
    });
    expect(trainer).toMatchObject({ maxEpochs: 3, maxSteps: null, logEveryNSteps: 50, compile: true });
    expect(data).toMatchObject({ name: 'digits', batchSize: 32, workers: 'auto', dropLast: true });
    expect(data.transform).toBe(transform);
  });

  it('lets the file override the decorator, and the command line the file', () => {
    const file = yaml('seed: 7\nlr: 0.5\ntrainer:\n  maxEpochs: 4\n  threads: 2\n');
    const config = resolveConfig(Tiny, ['--config', file, '--trainer.maxEpochs', '5']);
    expect(config.seed).toBe(7);
    expect(config.hyperparameters).toEqual({ lr: 0.5, mode: 'a' });
    expect(config.trainer).toMatchObject({ maxEpochs: 5, threads: 2 });
  });

  it('rejects a hyperparameter that has the name of an option of every run', () => {
    @Experiment({ name: 'taken', data: { name: 'digits' } })
    class Taken {
      @HyperParameter() seed = 3;
    }
    expect(() => resolveConfig(Taken, [])).toThrow(
      'An option is invalid:\n' +
        '  seed of Taken: is the name of an option of every run; give the hyperparameter another name\n' +
        'Run with --help to see all options.',
    );
  });

  it('reads numbers, booleans, null and strings from words', () => {
    const args = [
      '--trainer.fastDevRun',
      '--no-data.shuffle',
      ...['--data.name=cifar10', '--data.path=12'],
      '--trainer.maxEpochs',
      'null',
    ];
    const { trainer, data } = resolveConfig(Tiny, [...args, '--trainer.maxSteps', '9']);
    expect(trainer).toMatchObject({ fastDevRun: true, maxEpochs: null, maxSteps: 9 });
    expect(data).toMatchObject({ shuffle: false, path: '12' });
  });

  it('accepts options of evaluations from the file and the command line', () => {
    const file = yaml('probe:\n  epochs: 30\nknn:\n  k: 20\n');
    const config = resolveConfig(Tiny, [
      ...['probe', '--config', file],
      ...['--probe.learningRate', '0.3', '--no-probe.standardize'],
    ]);
    expect(config).toMatchObject({ command: 'probe', trains: false, checkpoint: 'last' });
    expect(config.toJson()).toMatchObject({ probe: config.options, knn: { k: 20 } });
    expect(config.options).toEqual({
      epochs: 30,
      learningRate: 0.3,
      batchSize: 256,
      seed: 0,
      standardize: false,
      embedBatchSize: 256,
      trainLimit: null,
      testLimit: null,
    });
  });

  it('evaluates either a checkpoint or random weights, and never fits them', () => {
    expect(resolveConfig(Tiny, ['knn', '--untrained'])).toMatchObject({ checkpoint: null, untrained: true });
    expect(problemsOf(['knn', '--untrained', '--checkpoint', 'last'])).toContain(
      '--untrained: means random weights, but --checkpoint names others; give only one of them',
    );
    expect(problemsOf(['--untrained'])).toContain(
      '--untrained: is for evaluations such as probe; a fit starts from random weights by default',
    );
  });

  it('runs 1000 epochs if neither epochs nor steps are given, as Lightning does', () => {
    expect(resolveConfig(Bare, ['--data.name', 'digits']).trainer.maxEpochs).toBe(1000);
  });

  it('names all problems at once, with the nearest name for an unknown option', () => {
    const args = [
      'stray',
      '--lr',
      '-1',
      '--mode',
      'c',
      '--trainer.maxEpoch',
      '2',
      '--maxSteps',
      '3',
      '--data.workers',
      'many',
    ];
    expect(problemsOf(args)).toBe(
      [
        '6 options are invalid:',
        '  stray: this word does not belong to any option',
        '  --lr: must be at least 0, not -1',
        '  --mode: must be one of a, b, not "c"',
        '  --trainer.maxEpoch: unknown option; did you mean trainer.maxEpochs?',
        '  --maxSteps: unknown option; did you mean trainer.maxSteps?',
        '  --data.workers: must be a whole number of threads, or auto, not "many"',
        'Run with --help to see all options.',
      ].join('\n'),
    );
  });

  it.each([
    [['validte'], 'validte: this word does not belong to any option; did you mean validate?'],
    [['Predict', '--lr', '1'], 'Predict: this word does not belong to any option; did you mean predict?'],
    [['--lr', '1', 'validte'], 'validte: this word does not belong to any option'],
    [['--lr', '1', 'validate'], 'validate: a command must come before all options'],
    [['stray'], 'stray: this word does not belong to any option'],
  ])('explains a word that does not belong to any option: %s', (args, problem) => {
    expect(problemsOf(args)).toBe(`An option is invalid:\n  ${problem}\nRun with --help to see all options.`);
  });

  it.each([
    ['--basis', 'unknown option'],
    ['--lrr', 'unknown option; did you mean lr?'],
    ['--data.batchsize', 'unknown option; did you mean data.batchSize?'],
  ])('guesses no option that is quite another word: %s', (name, what) => {
    expect(problemsOf([name, '1'])).toBe(
      `An option is invalid:\n  ${name}: ${what}\nRun with --help to see all options.`,
    );
  });

  it('reports an invalid data set with all other problems, and the choice that was meant', () => {
    const args = ['--data.name', 'cifar', '--data.fallback', 'Digit', '--data.batchSize', '0'];
    args.push('--trainer.precision', 'bf16', '--trainer.accelerator', 'tpu', '--data.onBrokenImage', 'skp');
    expect(problemsOf(args)).toBe(
      [
        '6 options are invalid:',
        '  --data.name: must be one of cifar10, cifar100, digits, folder, list, packed, shards, not "cifar"; did you mean cifar10?',
        '  --data.fallback: must be one of cifar10, cifar100, digits, folder, list, packed, shards, not "Digit"; did you mean digits?',
        '  --data.batchSize: must be above 0, not 0',
        '  --trainer.precision: must be one of 32-true, bf16-mixed, not "bf16"; did you mean bf16-mixed?',
        '  --trainer.accelerator: must be one of auto, cpu, gpu, not "tpu"; did you mean cpu?',
        '  --data.onBrokenImage: must be one of error, skip, not "skp"; did you mean skip?',
        'Run with --help to see all options.',
      ].join('\n'),
    );
  });

  it('reports a folder without a path with all other problems, wherever the data set is named', () => {
    const file = yaml('data:\n  name: folder\n');
    for (const args of [
      ['--data.name', 'folder'],
      ['--config', file],
    ]) {
      expect(problemsOf([...args, '--lr', '-1'])).toBe(
        '2 options are invalid:\n' +
          '  --lr: must be at least 0, not -1\n' +
          '  --data.path: is missing; name the folder of images\n' +
          'Run with --help to see all options.',
      );
    }
    expect(problemsOf(['--data.name', 'list'])).toBe(
      'An option is invalid:\n' +
        '  --data.path: is missing; name the list of images (a .csv or .jsonl file)\n' +
        'Run with --help to see all options.',
    );
    expect(resolveConfig(Tiny, ['--config', file, '--data.path', 'photos']).data.path).toBe('photos');
  });

  it('rejects options that do not apply to the data set, for every command', () => {
    const words = ['--data.path', 'photos', '--data.url', 'http://localhost/x', '--data.grayRange', '0,4095'];
    for (const command of [[], ['embed'], ['validate']]) {
      expect(problemsOf([...command, ...words])).toBe(
        '3 options are invalid:\n' +
          '  data.path: does not apply to the data set digits, which is not in a folder; name what is there, such as --data.name folder\n' +
          '  data.url: does not apply to the data set digits, which is not downloaded\n' +
          '  data.grayRange: does not apply to the data set digits, whose images have 8 bits\n' +
          'Run with --help to see all options.',
      );
    }
    expect(
      resolveConfig(Tiny, ['--data.name', 'folder', '--data.path', 'x', '--data.grayRange', '0,9']).data.path,
    ).toBe('x');
  });

  it('names the line of an invalid data set in a file', () => {
    const file = yaml('data:\n  name: imagenet\n');
    expect(problemsOf(['--config', file])).toContain(
      `data.name in ${file}, line 2: must be one of cifar10, cifar100, digits, folder, list, packed, shards, not "imagenet"\n`,
    );
  });

  it('names the line of an invalid option in a file', () => {
    const file = yaml('trainer:\n  maxEpochs: 3\n  acelerator: cpu\n');
    expect(problemsOf(['--config', file])).toContain(
      `trainer.acelerator in ${file}, line 3: unknown option; did you mean trainer.accelerator?`,
    );
  });

  it('reports that no data set is named', () => {
    expect(() => resolveConfig(Bare, [])).toThrow(
      '--data.name: is missing; name a data set, for example digits',
    );
  });

  it('reports a file that cannot be read or is not YAML', () => {
    expect(() => resolveConfig(Tiny, ['--config', join(folder, 'none.yaml')])).toThrow(
      /cannot be read: ENOENT/,
    );
    expect(() => resolveConfig(Tiny, ['--config', yaml('trainer: [')])).toThrow(
      /is not valid YAML: .*line 1, column \d+\. Correct the file\./,
    );
    expect(() => resolveConfig(Tiny, ['--config', yaml('- 1\n')])).toThrow(/contains no named options/);
  });

  describe('reads YAML as intended', () => {
    const resolved = (text: string) => resolveConfig(Tiny, ['--config', yaml(text)]);

    it.each([
      ['an alias of a value', 'trainer:\n  maxEpochs: &n 7\n  minEpochs: *n\n'],
      ['an anchor under a name of its own', 'n: &n 7\ntrainer:\n  maxEpochs: *n\n  minEpochs: *n\n'],
      ['a merge of a section', 'common: &c\n  maxEpochs: 7\n  minEpochs: 7\ntrainer:\n  <<: *c\n'],
      [
        'a merge that is overridden',
        'c: &c {maxEpochs: 1, minEpochs: 7}\ntrainer:\n  <<: *c\n  maxEpochs: 7\n',
      ],
      [
        'a merge of several',
        'a: &a {maxEpochs: 7}\nb: &b {minEpochs: 7, maxEpochs: 9}\ntrainer:\n  <<: [*a, *b]\n',
      ],
      ['an alias of a section', 'c: &c\n  maxEpochs: 7\n  minEpochs: 7\ntrainer: *c\n'],
      ['a merge at the top', 'c: &c\n  trainer: {maxEpochs: 7, minEpochs: 7}\n<<: *c\n'],
    ])('%s', (_, text) => {
      expect(resolved(text).trainer).toMatchObject({ maxEpochs: 7, minEpochs: 7 });
    });

    it('names the line of an invalid option that an alias or a merge brings in', () => {
      const file = yaml('c: &c\n  maxEpochs: 0\ntrainer:\n  <<: *c\n  minEpochs: -1\n');
      const problems = problemsOf(['--config', file]);
      expect(problems).toContain(`trainer.maxEpochs in ${file}, line 2: must be above 0, not 0`);
      expect(problems).toContain(`trainer.minEpochs in ${file}, line 5: must not be negative, not -1`);
    });

    it('still rejects a misspelt section', () => {
      const file = yaml('trianer:\n  maxEpochs: 7\n');
      expect(problemsOf(['--config', file])).toContain(
        `trianer.maxEpochs in ${file}, line 2: unknown option; did you mean trainer.maxEpochs?`,
      );
    });

    it('rejects aliases that expand without end', () => {
      const nine = (name: string): string => `[${Array(9).fill(`*${name}`).join(', ')}]`;
      const laughs = `a: &a [1]\nb: &b ${nine('a')}\nc: &c ${nine('b')}\nd: &d ${nine('c')}\ne: &e ${nine('d')}\n`;
      expect(() => resolved(laughs)).toThrow(
        /is not valid YAML: it has more than 1000 aliases\. Correct the file\./,
      );
      expect(() => resolved('data: &d\n  path: *d\n')).toThrow(/an alias refers to a node that contains it/);
      expect(() => resolved('lr: *none\n')).toThrow(/is not valid YAML: Unresolved alias/);
    });

    it('reads a record in which equal objects are written once', () => {
      const options = { size: 32 };
      const shared = { spec: { module: 'm', export: 'plain', options } };
      @Experiment({ name: 'tiny', data: { name: 'digits', transform: shared, evaluationTransform: shared } })
      class Shared {}
      const record = resolveConfig(Shared, []).toJson() as { data: { transform: object } };
      const { transform } = record.data;
      const text = stringify({
        ...record,
        data: { ...record.data, transform, evaluationTransform: transform },
      });
      expect(text).toMatch(/&\w+[^]*\*\w+/);
      expect(resolveConfig(Shared, ['--config', yaml(text)]).data.transform).toBe(shared);
    });

    it('calls infinity and NaN by their names', () => {
      const file = yaml(
        'lr: .nan\ntrainer:\n  maxEpochs: .inf\n  gradientClipVal: -.inf\n  accumulateGradBatches: {0: .inf}\n',
      );
      const problems = problemsOf(['--config', file]);
      expect(problems).toContain(`lr in ${file}, line 1: must be a number, not NaN`);
      expect(problems).toContain(`line 3: must be a whole number of epochs, not Infinity`);
      expect(problems).toContain(`line 4: must be a number, not -Infinity`);
      expect(problems).toContain(`line 5: must be a whole number of batches, not {"0":"Infinity"}`);
    });
  });

  it('expands ~ to the home folder in paths, wherever they are given', () => {
    const inHome = join(homedir(), 'x');
    const file = yaml('data:\n  name: cifar10\n  path: ~/x\ntrainer:\n  defaultRootDir: "~"\nresume: ~/x\n');
    const { data, trainer, resume } = resolveConfig(Tiny, ['--config', file]);
    expect([data.path, trainer.defaultRootDir, resume]).toEqual([inHome, homedir(), inHome]);
    expect(resolveConfig(Bare, ['--data.name=cifar10', '--data.path=~/x']).data.path).toBe(inHome);
    expect(resolveConfig(Tiny, ['test', '--checkpoint=~/x']).checkpoint).toBe(inHome);
    expect(() => resolveConfig(Tiny, ['--config=~/no-such-file.yaml'])).toThrow(
      join(homedir(), 'no-such-file.yaml'),
    );
    expect(resolveConfig(Bare, ['--data.name=cifar10', '--data.path', 'a~/x']).data.path).toBe('a~/x');
  });

  it('shows the default of a subclass that overrides it without the decorator', () => {
    @Experiment({ name: 'faster', data: { name: 'digits' } })
    class Faster extends Tiny {
      override lr = 0.7;
    }
    expect(resolveConfig(Faster, []).toJson()).toMatchObject({ hyperparameters: { lr: 0.7, mode: 'a' } });
    expect(resolveConfig(Faster, ['--lr', '0.1']).hyperparameters).toMatchObject({ lr: 0.1 });
    expect(() => resolveConfig(Faster, ['--help'])).toThrow(PrintAndExit);
    expect(helpOf(Faster)).toMatch(/--lr <value>\s+learning rate \(default: 0\.7\)/);
  });

  it('prints a help text with every option and the defaults of this experiment', () => {
    expect.assertions(3);
    try {
      resolveConfig(Tiny, ['--help']);
    } catch (error) {
      const { text } = error as PrintAndExit;
      expect(error).toBeInstanceOf(PrintAndExit);
      expect(text).toMatch(/--lr <value>\s+learning rate \(default: 0\.06\)/);
      expect(text).toMatch(/--trainer\.maxEpochs <value>\s+total epochs; .*\(default: 3\)/);
    }
  });

  it('shows the choices of every option that has them', () => {
    let text = '';
    try {
      resolveConfig(Tiny, ['--help']);
    } catch (error) {
      text = (error as PrintAndExit).text.replace(/\s+/g, ' ');
    }
    const shown = [
      ...text.matchAll(/--(\S+) <value>(?:(?! --\S+ <value>).)*?\(choices: ([^;)]*); ([^)]*)\)/g),
    ];
    expect(shown.map(([, option, choices, initial]) => `${option}: ${choices}; ${initial}`)).toEqual([
      'mode: a, b; default: a',
      'trainer.gradientClipAlgorithm: norm, value; default: norm',
      'trainer.accelerator: auto, cpu, gpu; default: auto',
      'trainer.devices: auto, a number; default: 1',
      'trainer.precision: 32-true, bf16-mixed; default: 32-true',
      'data.name: cifar10, cifar100, digits, folder, list, packed, shards; default: digits',
      'data.fallback: cifar10, cifar100, digits, folder, list, packed, shards; not set',
      'data.workers: auto, a number; default: auto',
      'data.onBrokenImage: error, skip; default: error',
      'export.format: onnx, tfjs, web, saved-model, safetensors; not set',
      'export.input: float32, uint8; default: float32',
      'export.layout: nhwc, nchw; not set',
      'map.method: umap, pca; default: umap',
      'split: train, test, all; not set',
      'weights: raw, averaged; not set',
    ]);
  });

  it('returns plain data for the record, with the transform by name', () => {
    expect(resolveConfig(Tiny, []).toJson()).toMatchObject({
      name: 'tiny',
      data: { transform: { plain: { inputSize: 32 } } },
    });
  });

  it.each([
    ['--trainer.threads', '100000', 'must be at most 1024, not 100000'],
    ['--data.workers', '1e6', 'must be at most 256, not 1000000'],
    ['--devices', '100000', 'must be at most 1024, not 100000'],
    ['--cluster.joinSeconds', '1e9', 'must be at most 8640000, a hundred days, not 1000000000'],
    ['--cluster.heartbeatSeconds', '86401', 'must be at most 86400, a day, not 86401'],
  ])('rejects %s %s, which no machine has or waits for', (option, text, problem) => {
    expect(problemsOf([option, text])).toContain(`${option}: ${problem}`);
  });

  it('also accepts the short names of rank options', () => {
    const { trainer, cluster } = resolveConfig(Tiny, ['--devices', '2', '--max-restarts', '3', '--isolate']);
    expect(trainer.devices).toBe(2);
    expect(cluster).toEqual({ heartbeatSeconds: 10, joinSeconds: 300, maxRestarts: 3, isolate: true });
    expect(resolveConfig(Tiny, ['--trainer.devices', 'auto']).trainer.devices).toBe('auto');
    expect(
      problemsOf(['--devices', '0', '--max-restarts', '-1', '--cluster.heartbeatSeconds', '0.1']),
    ).toContain('--devices: must be above 0');
  });
});
