import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runChild, temporaryFolder } from './child';
import type { Ended } from './child';

const cwd = temporaryFolder();
const folder = join(cwd, 'runs', 'small', 'version_0');
const few = ['--probe.epochs', '5', '--probe.trainLimit', '300', '--probe.testLimit', '100'];
const fewer = ['--knn.bankLimit', '200', '--knn.queryLimit', '50', '--knn.k', '20'];

function runHere(...args: readonly string[]): Promise<Ended> {
  return runChild('test/run/experiments/small.ts', args, { cwd });
}

interface Result {
  readonly metrics: Readonly<Record<string, number>>;
}

function resultOf(...path: readonly string[]): Result {
  return JSON.parse(readFileSync(join(cwd, 'runs', 'small', ...path), 'utf8')) as Result;
}

beforeAll(async () => {
  const { code, errors } = await runHere('--trainer.maxEpochs', '1');
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
});

describe('the commands that evaluate features', () => {
  it('probe trains a classifier on the features of a checkpoint, and changes nothing else in the run', async () => {
    const before = readdirSync(folder);
    const { code, errors, output } = await runHere('probe', '--checkpoint', 'last', ...few);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const file = join(folder, 'evaluations', 'epoch=0-step=4.probe.json');
    const share: unknown = expect.any(Number);
    const result = resultOf('version_0', 'evaluations', 'epoch=0-step=4.probe.json');
    expect(result).toMatchObject({
      command: 'probe',
      checkpoint: join(folder, 'checkpoints', 'epoch=0-step=4'),
      progress: { epoch: 1, globalStep: 4 },
      metrics: { linear_accuracy: share, linear_accuracy_top5: share },
      probe: {
        epochs: 5,
        learningRate: 0.1,
        batchSize: 256,
        seed: 0,
        standardize: true,
        optimizer: 'sgd',
        momentum: 0.9,
        weightDecay: 0,
        schedule: 'cosine',
        trainLoss: share,
      },
      data: { name: 'digits', split: 'test', samples: 100, trainSamples: 300, classes: 10, featureWidth: 64 },
      config: { name: 'small', seed: 0, probe: { trainLimit: 300 }, knn: { k: 200 } },
      environment: { command: expect.arrayContaining(['probe']) as unknown },
    });
    // On a busy machine it says now and then how far it is.
    expect(output.replace(/^Linear probe: .*\n/gm, '')).toBe(
      'Linear probe on digits: trained on 300 images, tested on 100.\n' +
        `linear_accuracy = ${result.metrics['linear_accuracy']?.toPrecision(6)}\n` +
        `linear_accuracy_top5 = ${result.metrics['linear_accuracy_top5']?.toPrecision(6)}\n` +
        `Written to ${file}.\n`,
    );
    expect(readdirSync(folder).sort()).toEqual([...before, 'evaluations'].sort());
  });

  it('knn uses the neighbours of the same features', async () => {
    const { code, errors } = await runHere('knn', ...fewer);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(resultOf('version_0', 'evaluations', 'epoch=0-step=4.knn.json')).toMatchObject({
      command: 'knn',
      metrics: { knn_accuracy: expect.any(Number) as unknown },
      knn: { k: 20, temperature: 0.1 },
      data: { samples: 50, bankSamples: 200, featureWidth: 64 },
    });
  });

  it("evaluate the seed's random weights, which belong to no run", async () => {
    const { code, errors } = await runHere('knn', '--untrained', '--seed', '3', ...fewer);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(resultOf('untrained', 'evaluations', 'seed=3.knn.json')).toMatchObject({
      command: 'knn',
      checkpoint: null,
      progress: null,
      config: { seed: 3 },
    });
    expect(readdirSync(join(cwd, 'runs', 'small')).sort()).toEqual(['untrained', 'version_0']);
  });

  it('write nothing in a trial', async () => {
    const root = ['--trainer.defaultRootDir', 'trial'];
    const { code, output } = await runHere('probe', '--untrained', '--trainer.fastDevRun', ...few, ...root);
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringContaining(
        'Linear probe on digits: trained on 16 images, tested on 16.\n',
      ) as unknown,
    });
    expect(existsSync(join(cwd, 'trial'))).toBe(false);
  });

  it('name a classifier that diverges', async () => {
    const wild = ['--probe.learningRate', '1e38', '--no-probe.standardize'];
    const { code, errors } = await runHere('probe', '--untrained', ...few, ...wild);
    expect({ code, errors }).toEqual({
      code: 1,
      errors:
        'Error: The linear classifier diverged at learning rate 1e+38. Features that are not standardised may have ' +
        'any scale. Set a smaller one with --probe.learningRate.\n',
    });
  });
});
