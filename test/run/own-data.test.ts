import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { runChild, temporaryFolder } from './child';
import type { Ended } from './child';

const cwd = temporaryFolder();
const file = 'test/run/experiments/own-data.ts';

function train(root: string, ...args: readonly string[]): Promise<Ended> {
  return runChild(file, ['--trainer.defaultRootDir', root, ...args], { cwd });
}

function checkpointOf(root: string, checkpoint: string): string {
  return join(cwd, root, 'own-data', 'version_0', 'checkpoints', checkpoint);
}

function weightsOf(root: string, checkpoint: string): string {
  const path = join(checkpointOf(root, checkpoint), 'model.safetensors');
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function textOf(root: string, ...path: readonly string[]): string {
  return readFileSync(join(cwd, root, 'own-data', 'version_0', ...path), 'utf8');
}

describe('an experiment with a data set in its own file', () => {
  let whole = '';

  beforeAll(async () => {
    expect(await train('whole')).toMatchObject({ code: 0, errors: '' });
    whole = weightsOf('whole', 'epoch=1-step=12');
  });

  it('does not end silently if an image never arrives', async () => {
    expect(await train('stuck', '--data.path', 'stuck')).toMatchObject({
      code: 1,
      errors: expect.stringContaining(
        'Error: The run cannot continue: it waits for a promise that nothing will settle. ' +
          "Such a promise comes from the experiment's own code, such as a data set's read, a source of batches or a plugin. " +
          'Make sure that every promise from such code settles, even if something fails.\n',
      ) as string,
    });
  });

  it('resumes in the middle of an epoch to the same bits, with 0 and 2 loader threads', async () => {
    expect(await train('cut', '--trainer.maxSteps', '8', '--data.workers', '2')).toMatchObject({
      code: 0,
      errors: '',
    });
    for (const workers of ['2', '0']) {
      rmSync(checkpointOf('cut', 'epoch=1-step=12'), { recursive: true, force: true });
      const from = ['--resume', checkpointOf('cut', 'epoch=1-step=8')];
      const { code, errors } = await train(
        'cut',
        ...from,
        '--trainer.maxSteps',
        '12',
        '--data.workers',
        workers,
      );
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      expect(weightsOf('cut', 'epoch=1-step=12')).toBe(whole);
    }
  });

  it('trains on two ranks, and resumes there in the middle of an epoch to the same bits', async () => {
    const two = ['--devices', '2', '--data.batchSize', '4', '--data.workers', '1'];
    expect(await train('ranks', ...two)).toMatchObject({ code: 0, errors: '' });
    expect(await train('cut-ranks', ...two, '--trainer.maxSteps', '8')).toMatchObject({
      code: 0,
      errors: '',
    });
    const { code, errors } = await train(
      'cut-ranks',
      '--resume',
      'last',
      '--devices',
      '2',
      '--trainer.maxSteps',
      '12',
    );
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(weightsOf('cut-ranks', 'epoch=1-step=12')).toBe(weightsOf('ranks', 'epoch=1-step=12'));
  });

  it('is recorded by the name of its export and its options, wherever the file is', () => {
    const { data } = parse(textOf('whole', 'config.yaml')) as { data: Record<string, unknown> };
    expect([data['name'], data['dataset']]).toEqual([null, { shades: { length: 48 } }]);
  });

  it('is replaced by a name on the command line, with which it resumes', async () => {
    const named = await train('named', '--data.name', 'digits', '--trainer.maxSteps', '2');
    expect(named).toMatchObject({ code: 0, errors: '' });
    const { output, code } = await train('named', '--resume', 'last', '--trainer.maxSteps', '4');
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringContaining('data.name "digits" (otherwise null)') as string,
    });
  });

  it('is rejected if its images differ from those of the checkpoint', async () => {
    const { errors } = await train(
      'whole',
      '--resume',
      'last',
      '--data.path',
      'tint',
      '--trainer.maxSteps',
      '14',
    );
    expect(errors).toMatch(
      /^Error: The data is not that of the checkpoint .*: there were 48 samples of shades in 2 classes, and there are as many now, but different ones or in a different order\./,
    );
  });

  it('has its predictions listed by the names of its samples, without a class if there is none', async () => {
    const args = ['--data.testFraction', '0.2', '--trainer.maxSteps', '2'];
    expect(await train('held-out', ...args)).toMatchObject({ code: 0, errors: '' });
    const ended = await runChild(file, ['predict', '--trainer.defaultRootDir', 'held-out'], { cwd });
    expect(ended).toMatchObject({ code: 0, errors: '' });
    const lines = textOf('held-out', 'evaluations', 'epoch=0-step=2.predict.samples.jsonl')
      .trim()
      .split('\n');
    const samples = lines.map(
      (line) => JSON.parse(line) as { index: number; name: string; class: string | null },
    );
    expect(samples.length).toBeGreaterThan(2);
    expect(
      samples.every(({ name }, index) => /^shade-\d+$/.test(name) && samples[index]?.index === index),
    ).toBe(true);
    for (const { name, class: found } of samples) {
      const number = Number(name.slice('shade-'.length));
      expect(found).toBe(number % 3 === 2 ? null : ['dark', 'light'][number % 2]);
    }
  });

  it('reports that it has no test split if one is requested', async () => {
    const ended = await runChild(file, ['predict', '--trainer.defaultRootDir', 'whole'], { cwd });
    expect(ended).toMatchObject({
      code: 1,
      errors:
        'Error: The data set shades has no test split. Hold out a part of it: --data.testFraction 0.1.\n',
    });
  });
});
