import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors } from '../../src';
import { runChild, temporaryFolder } from './child';
import type { Ended } from './child';

const cwd = temporaryFolder();
const evaluated = 'test/run/experiments/evaluated.ts';
const folder = join(cwd, 'runs', 'evaluated', 'version_0');

function runHere(...args: readonly string[]): Promise<Ended> {
  return runChild(evaluated, args, { cwd });
}

function resultOf(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, 'evaluations', name), 'utf8'));
}

let rows: string[];

beforeAll(async () => {
  const { code, output } = await runHere();
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('val_loss=') as unknown });
  rows = readFileSync(join(folder, 'metrics.csv'), 'utf8').trim().split('\n');
});

describe('the commands of an experiment', () => {
  it('validate reports what the fit logged at its end, and changes nothing in the run', async () => {
    const { code, output, errors } = await runHere('validate');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const [, , logged] = rows.at(-1)?.split(',') ?? [];
    expect(resultOf('epoch=1-step=20.validate.json')).toMatchObject({
      command: 'validate',
      metrics: { val_loss: Number(logged) },
      progress: { epoch: 2, nextBatch: 0, globalStep: 20 },
      batches: 2,
      data: { name: 'digits', split: 'test', samples: 2000 },
      config: { name: 'evaluated', seed: 0, data: { evaluationTransform: { plain: { inputSize: 32 } } } },
    });
    expect(output).toContain(`val_loss = ${Number(logged).toPrecision(6)}`);
    expect(readFileSync(join(folder, 'metrics.csv'), 'utf8').trim().split('\n')).toEqual(rows);
    expect(readdirSync(join(cwd, 'runs', 'evaluated'))).toEqual(['version_0']);
  });

  it('test uses the given checkpoint', async () => {
    const { code } = await runHere('test', '--checkpoint', join(folder, 'checkpoints', 'epoch=0-step=10'));
    expect(code).toBe(0);
    expect(resultOf('epoch=0-step=10.test.json')).toMatchObject({
      command: 'test',
      progress: { globalStep: 10 },
      batches: 3,
      metrics: { test_loss: expect.any(Number) as unknown },
    });
  });

  it('predict writes the outputs of the samples in their order', async () => {
    const { code } = await runHere('predict', '--checkpoint', 'best');
    expect(code).toBe(0);
    const file = readdirSync(join(folder, 'evaluations')).find((name) =>
      name.endsWith('.predict.safetensors'),
    );
    const { tensors } = decodeSafetensors(readFileSync(join(folder, 'evaluations', file ?? '')));
    expect([...(tensors.get('indices')?.data ?? [])]).toEqual(
      Array.from({ length: 64 }, (_, index) => index),
    );
    expect(tensors.get('classes')?.shape).toEqual([64]);
    const lines = readFileSync(
      join(folder, 'evaluations', (file ?? '').replace('.safetensors', '.samples.jsonl')),
      'utf8',
    );
    const named = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string; class: string });
    expect(named.map(({ name }) => name)).toEqual(Array.from({ length: 64 }, (_, index) => String(index)));
    expect(named.map((sample) => sample.class)).toEqual([...(tensors.get('labels')?.data ?? [])].map(String));
    expect([...(tensors.get('labels')?.data ?? [])].every((label) => label >= 0 && label < 10)).toBe(true);
  });

  it('predict and validate cover the given split, beside what they wrote before', async () => {
    const limits = ['--trainer.limitPredictBatches', '1', '--trainer.limitValBatches', '1'];
    const predicted = await runHere('predict', '--split', 'train', ...limits);
    expect({ code: predicted.code, errors: predicted.errors }).toEqual({ code: 0, errors: '' });
    expect(resultOf('epoch=1-step=20.predict.train.json')).toMatchObject({
      data: { split: 'train', samples: 8000 },
      weights: 'raw',
      predicted: 32,
    });
    const validated = await runHere('validate', '--split', 'all', '--weights', 'raw', ...limits);
    expect(validated.output).toContain('Evaluated with the raw weights.');
    expect(resultOf('epoch=1-step=20.validate.all.raw.json')).toMatchObject({
      data: { split: 'all', samples: 10000 },
    });
  });

  it('reject splits and weights where they are meaningless', async () => {
    const refusal = async (...args: string[]) => (await runHere(...args)).errors;
    expect(await refusal('--split', 'all')).toContain(
      '--split: is for validate, test, predict, embed and map; a fit trains on the train split',
    );
    expect(await refusal('knn', '--split', 'all')).toContain(
      '--split: is for validate, test, predict, embed and map; knn uses the train split as its bank and evaluates on the test split',
    );
    expect(await refusal('--weights', 'raw')).toContain(
      '--weights: is for evaluations such as test; the plugins of a fit determine what it evaluates',
    );
    expect(await refusal('probe', '--untrained', '--weights', 'averaged')).toContain(
      '--weights: asks for the averages of a checkpoint, but random weights have none',
    );
    expect(await refusal('test', '--weights', 'averaged')).toBe(
      "Error: '--weights averaged' was given, but no plugin of 'evaluated' averages weights. " +
        'Leave it out, or add weightAveraging() to the plugins of the experiment.\n',
    );
  });

  it('reject selectors of other commands, and a checkpoint that does not exist', async () => {
    const resumed = await runHere('test', '--resume', 'last');
    expect(resumed.code).toBe(2);
    expect(resumed.errors).toContain('--resume: is for fits; test takes its weights from --checkpoint');
    const fit = await runHere('--checkpoint', 'last');
    expect(fit.errors).toContain(
      '--checkpoint: is for evaluations such as test; a fit resumes with --resume',
    );
    const elsewhere = await runHere('test', '--trainer.defaultRootDir', 'empty');
    expect(elsewhere.errors).toBe(
      `Error: No run in ${join(cwd, 'empty', 'evaluated')} has a checkpoint 'last'. ` +
        'Train first, or name the folder of a checkpoint.\n',
    );
  });

  it('barebones trains without any plugin, and reports the cost of the framework', async () => {
    const { code, output, errors } = await runHere('--trainer.barebones', 'true');
    expect({ code, output }).toEqual({ code: 0, output: '' });
    expect(errors).toMatch(
      /^Barebones: 20 batches, each [\d.]+ ms of step, [\d.]+ ms of waiting for data and [\d.]+ ms of the framework itself\.\n$/,
    );
    expect(readdirSync(join(cwd, 'runs', 'evaluated', 'version_1'))).not.toContain('checkpoints');
  });
});
