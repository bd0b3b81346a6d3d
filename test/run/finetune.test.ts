import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors } from '../../src/nn';
import { Child, runChild, small, temporaryFolder } from './child';
import type { Ended } from './child';

const cwd = temporaryFolder();
const folder = join(cwd, 'runs', 'small', 'version_0');
const evaluations = join(folder, 'evaluations');
const file = join(evaluations, 'epoch=0-step=4.finetune');
const few = [
  ...['--finetune.epochs', '3', '--finetune.batchSize', '50', '--finetune.augment', 'false'],
  ...['--finetune.trainLimit', '200', '--finetune.testLimit', '60'],
];

function runHere(...args: readonly string[]): Promise<Ended> {
  return runChild(small, args, { cwd });
}

interface Result {
  readonly metrics: Readonly<Record<string, number>>;
}

const resultOf = (path: string): Result => JSON.parse(readFileSync(path, 'utf8')) as Result;
const tensorsOf = (path: string) => decodeSafetensors(readFileSync(path)).tensors;

beforeAll(async () => {
  const { code, errors } = await runHere('--trainer.maxEpochs', '1');
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
});

describe('finetune', () => {
  it('leaves nothing behind when it is interrupted', async () => {
    const child = new Child(small, ['finetune', ...few, '--finetune.epochs', '1000'], { cwd });
    await child.wrote('Finetuning');
    child.kill('SIGINT');
    const { code } = await child.ended;
    expect(code).toBe(130);
    expect(existsSync(evaluations)).toBe(false);
  });

  it('trains classifier and backbone, writes both beside the record, and changes nothing else', async () => {
    const before = readdirSync(folder);
    const { code, errors, output } = await runHere('finetune', ...few);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const share: unknown = expect.any(Number);
    const result = resultOf(`${file}.json`);
    expect(result).toMatchObject({
      command: 'finetune',
      checkpoint: join(folder, 'checkpoints', 'epoch=0-step=4'),
      metrics: { finetune_accuracy: share, finetune_accuracy_top5: share },
      finetune: {
        ...{ epochs: 3, learningRate: 0.05, batchSize: 50, unfreezeAfter: 0, seed: 0, augment: false },
        ...{ optimizer: 'sgd', momentum: 0.9, weightDecay: 0, schedule: 'cosine', trainLoss: share },
      },
      data: { name: 'digits', split: 'test', samples: 60, trainSamples: 200, classes: 10, featureWidth: 64 },
    });
    expect(output).toContain(`Written to ${file}.json and .safetensors.\n`);
    expect(readdirSync(folder)).toEqual([...before, 'evaluations'].sort());
    const began = tensorsOf(join(folder, 'checkpoints', 'epoch=0-step=4', 'model.safetensors'));
    const finetuned = tensorsOf(`${file}.safetensors`);
    const backbone = [...began.keys()].filter((name) => name.startsWith('backbone.'));
    expect([...finetuned.keys()].sort()).toEqual(
      [...backbone, 'classifier.bias', 'classifier.weight'].sort(),
    );
    const learnt = ['backbone.0.weight', 'backbone.1.running_mean', 'backbone.7.1.conv2.weight'];
    for (const name of learnt) expect(finetuned.get(name)).not.toEqual(began.get(name));
    const counter = 'backbone.1.num_batches_tracked';
    expect(Number(finetuned.get(counter)?.data[0])).toBe(Number(began.get(counter)?.data[0]) + 12);
  });

  it('reproduces the same bits, and nearly the same numbers operation by operation', async () => {
    const first = readFileSync(`${file}.safetensors`);
    await runHere('finetune', ...few);
    expect(readFileSync(`${file}.safetensors`).equals(first)).toBe(true);
    const compiled = tensorsOf(`${file}.safetensors`).get('classifier.weight')?.data as Float32Array;
    const { code, errors } = await runHere('finetune', ...few, '--trainer.compile', 'false');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const eager = tensorsOf(`${file}.safetensors`).get('classifier.weight')?.data as Float32Array;
    const apart = compiled.map((value, i) => Math.abs(value - (eager[i] ?? NaN)));
    expect(Math.max(...apart)).toBeLessThan(1e-3);
  });

  it('leaves the backbone unchanged in the epochs before it is unfrozen', async () => {
    const { code } = await runHere('finetune', ...few, '--finetune.unfreezeAfter', '3');
    expect(code).toBe(0);
    const began = tensorsOf(join(folder, 'checkpoints', 'epoch=0-step=4', 'model.safetensors'));
    const finetuned = tensorsOf(`${file}.safetensors`);
    for (const [name, tensor] of finetuned) {
      if (name.startsWith('backbone.')) expect(tensor).toEqual(began.get(name));
    }
  });

  it('starts from random weights for a comparison, and reports if it diverges', async () => {
    const { code } = await runHere('finetune', '--untrained', ...few);
    expect(code).toBe(0);
    const untrained = join(cwd, 'runs', 'small', 'untrained', 'evaluations', 'seed=0.finetune');
    expect(existsSync(`${untrained}.json`) && existsSync(`${untrained}.safetensors`)).toBe(true);
    const wild = await runHere('finetune', ...few, '--finetune.learningRate', '1e30');
    expect(wild.code).toBe(1);
    expect(wild.errors).toContain(
      'Error: Finetuning diverged at learning rate 1e+30. Use a smaller one with --finetune.learningRate.\n',
    );
  });
});
