import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Experiment, HyperParameter } from '../../src/metadata';
import type { ExperimentDefinition } from '../../src/metadata';
import { defineCommand } from '../../src/run';
import { checkRun } from '../../src/run/check-run';
import { TrainingModule } from '../../src/trainer';
import { resolveConfig } from '../config/resolve';
import { Child, runChild, temporaryFolder } from './child';
import type { Ended } from './child';

const cwd = temporaryFolder();
const file = 'test/run/experiments/own-commands.ts';
const folder = join(cwd, 'runs', 'own');

function runHere(...args: readonly string[]): Promise<Ended> {
  return runChild(file, args, { cwd });
}

function recordOf(...path: readonly string[]): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, ...path), 'utf8')) as Record<string, unknown>;
}

describe('a command that an experiment brings', () => {
  it('examines the weights of a checkpoint in evaluation mode, and prints and writes its findings', async () => {
    expect(await runHere()).toMatchObject({ code: 0 });
    const { code, errors, output } = await runHere('visualise', '--visualise.count', '3');
    expect({ code, output }).toEqual({ code: 0, output: '' });
    const stem = join(folder, 'version_0', 'evaluations', 'epoch=0-step=2.visualise');
    expect(errors).toBe(
      `Drawn as bars: 3 images of own.\nimages = 3.00000\nWritten to ${stem}.json and .txt.\n`,
    );
    const record = recordOf('version_0', 'evaluations', 'epoch=0-step=2.visualise.json');
    expect(record).toMatchObject({
      command: 'visualise',
      checkpoint: join(folder, 'version_0', 'checkpoints', 'epoch=0-step=2'),
      weights: 'raw',
      progress: { globalStep: 2 },
      metrics: { images: 3 },
      training: false,
      evaluated: 'raw',
      config: { name: 'own', visualise: { count: 3, style: 'bars' }, knn: { k: 200 } },
    });
    expect(readFileSync(`${stem}.txt`, 'utf8').trim().split('\n')).toHaveLength(3);

    expect(await runHere('visualise', '--untrained', '--visualise.count=3')).toMatchObject({ code: 0 });
    const untrained = recordOf('untrained', 'evaluations', 'seed=0.visualise.json');
    expect(untrained).toMatchObject({ checkpoint: null, training: false });
    expect(untrained['first']).not.toBe(record['first']);
  });

  it('writes nothing in a trial', async () => {
    const root = ['--trainer.defaultRootDir', 'trial'];
    const { code, errors } = await runHere('visualise', '--untrained', '--trainer.fastDevRun', ...root);
    expect({ code, errors }).toEqual({
      code: 0,
      errors: 'Drawn as bars: 8 images of own.\nimages = 8.00000\n',
    });
    expect(existsSync(join(cwd, 'trial'))).toBe(false);
  });

  it('is ended by Ctrl-C at its next report, with code 130', async () => {
    const before = readdirSync(join(folder, 'untrained', 'evaluations'));
    const child = new Child(file, ['dawdle', '--untrained'], { cwd });
    await child.wrote('at it');
    child.kill('SIGINT');
    const { code, errors } = await child.ended;
    expect({ code, errors }).toEqual({
      code: 130,
      errors: 'Ctrl-C: the dawdling is cancelled and the run ends. Press Ctrl-C again to end at once.\n',
    });
    expect(readdirSync(join(folder, 'untrained', 'evaluations'))).toEqual(before);
  });

  it('is listed by --help with its options', async () => {
    const { output } = await runHere('--help');
    expect(output).toMatch(
      /\[fit\|validate\|test\|predict\|probe\|knn\|finetune\|.*\|visualise\|dawdle\] \[options\]/,
    );
    expect(output).toMatch(/^ {2}visualise +draw the features of some images$/m);
    expect(output).toMatch(/^Pictures:\n {2}--visualise\.count <value> +images to draw \(default: 4\)$/m);
    expect(output).toMatch(/--visualise\.style <value> +.*\(choices: bars, dots; default: bars\)$/m);
  });

  it('reports its invalid options and words like all others', async () => {
    const { code, errors } = await runHere(
      ...['visualise', '--visualise.count', '0', '--visualise.stile', 'dots', '--split', 'train'],
      ...['--resume', 'last'],
    );
    expect(errors).toBe(
      [
        'Error: 4 options are invalid:',
        '  --visualise.count: must be above 0, not 0',
        '  --visualise.stile: unknown option; did you mean visualise.style?',
        '  --resume: is for fits; visualise takes its weights from --checkpoint',
        '  --split: is for validate, test, predict, embed and map; visualise opens the splits that it needs',
        'Run with --help to see all options.',
        '',
      ].join('\n'),
    );
    expect(code).toBe(2);
    expect((await runHere('visualize')).errors).toContain(
      'visualize: this word does not belong to any option; did you mean visualise?',
    );
  });
});

function problemsOf(commands: NonNullable<ExperimentDefinition['commands']>): string[] {
  @Experiment({ name: 'toy', data: { name: 'digits' }, commands })
  class Toy {
    @HyperParameter() lr = 1;
  }
  try {
    resolveConfig(Toy, []);
  } catch (error) {
    return (error as Error).message.split('\n').slice(1, -1);
  }
  return [];
}

function named(name: string) {
  const options = { count: z.int().default(1) };
  return defineCommand({
    name,
    help: '',
    options,
    run: (scope) => scope.inspect('', () => Promise.resolve(undefined)),
  });
}

describe('the name of a command', () => {
  it.each([
    ['probe', 'is the name of another command; give the command another name'],
    ['trainer', 'is the name of an option of every run; give the command another name'],
    ['seed', 'is the name of an option of every run; give the command another name'],
    ['devices', 'is the name of an option of every run; give the command another name'],
    ['hyperparameters', 'is the name of an option of every run; give the command another name'],
    ['constructor', 'must have a name of letters, digits and hyphens; give the command another name'],
    ['a.b', 'must have a name of letters, digits and hyphens; give the command another name'],
    ['--draw', 'must have a name of letters, digits and hyphens; give the command another name'],
  ])('is not %s', (name, what) => {
    expect(problemsOf([named(name)])).toContain(`  command '${name}' of Toy: ${what}`);
  });

  it('belongs to one command, and to no hyperparameter if it has options', () => {
    expect(problemsOf([named('draw'), named('draw')])).toEqual([
      "  command 'draw' of Toy: is the name of another command; give the command another name",
    ]);
    expect(problemsOf([named('lr')])).toEqual([
      '  lr of Toy: is the name of an option of every run; give the hyperparameter another name',
    ]);
    expect(problemsOf([named('draw'), named('look-at')])).toEqual([]);
  });
});

describe('defineCommand', () => {
  it('is required, and options need defaults', () => {
    const sized = defineCommand({
      name: 'draw',
      help: '',
      options: { size: z.int() },
      run: (scope) => scope.inspect('', () => Promise.resolve(undefined)),
    });
    expect(problemsOf([sized])).toEqual([
      "  option size of command 'draw' of Toy: has no default; write .default(...) after its type",
    ]);

    const { name, help, title, options, selectors, defaultCheckpoint, defaultSplit } = named('draw');
    const words = { name, help, title, options, selectors, defaultCheckpoint, defaultSplit };
    @Experiment({ name: 'toy', data: { name: 'digits' }, commands: [words] })
    class Toy extends TrainingModule<never> {
      override forward(): never {
        throw new Error('not to be called');
      }
      override trainingStep(): never {
        throw new Error('not to be called');
      }
      override configureOptimizers(): never {
        throw new Error('not to be called');
      }
    }
    expect(() => checkRun(Toy, resolveConfig(Toy, ['draw', '--untrained']), 1)).toThrow(
      "The command 'draw' of Toy was not made by defineCommand. Write commands: [defineCommand({ name: 'draw', ... })].",
    );
  });
});
