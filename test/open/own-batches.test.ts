import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors } from '../../src';
import { readYaml, runChild, temporaryFolder } from '../run/child';
import type { Ended } from '../run/child';

const cwd = temporaryFolder();

function runHere(root: string, ...words: readonly string[]): Promise<Ended> {
  const command = words[0]?.startsWith('--') === false ? words.slice(0, 1) : [];
  const args = [...command, '--trainer.defaultRootDir', root, ...words.slice(command.length)];
  return runChild('test/open/experiments/blobs.ts', args, { cwd });
}

function inRun(root: string, ...path: readonly string[]): string {
  return join(cwd, root, 'blobs', 'version_0', ...path);
}

function weightsOf(root: string, checkpoint: string): unknown {
  return decodeSafetensors(readFileSync(inRun(root, 'checkpoints', checkpoint, 'model.safetensors')));
}

/** A column of the metrics, without gaps. */
function column(root: string, name: string): number[] {
  const [head = '', ...rows] = readFileSync(inRun(root, 'metrics.csv'), 'utf8').trim().split('\n');
  const at = head.split(',').indexOf(name);
  return rows
    .map((row) => row.split(',')[at] ?? '')
    .filter((cell) => cell !== '')
    .map(Number);
}

/** Runs to its end, with nothing on standard error except messages about traces. */
async function succeed(root: string, ...args: readonly string[]): Promise<string> {
  const { code, output, errors } = await runHere(root, ...args);
  expect({ code, errors }).toEqual({ code: 0, errors });
  return output;
}

describe('an experiment that supplies its own batches', () => {
  beforeAll(async () => {
    await succeed('whole');
  });

  it('is fitted and validated, and its record describes the batches', () => {
    const losses = column('whole', 'loss');
    expect(losses).toHaveLength(18);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
    expect(column('whole', 'val_loss')).toHaveLength(2);
    expect(readYaml(inRun('whole', 'config.yaml'))).toMatchObject({
      data: { name: null, batches: { blobs: { samples: 70 } }, batchSize: 8 },
    });
    expect(readYaml(inRun('whole', 'environment.yaml'))).toMatchObject({
      data: { name: 'blobs', requested: 'blobs', path: 'blobs', samples: 70, batchSize: 8, classes: 0 },
    });
  });

  it('gives the same numbers when run operation by operation', async () => {
    await succeed('eager', '--trainer.compile', 'false');
    for (const name of ['loss', 'val_loss']) {
      const [compiled, eager] = [column('whole', name), column('eager', name)];
      expect(eager).toHaveLength(compiled.length);
      eager.forEach((value, index) => expect(value).toBeCloseTo(compiled[index] ?? NaN, 5));
    }
  });

  it('resumes in the middle of an epoch to the same bits', async () => {
    await succeed('cut', '--trainer.maxSteps', '5');
    await succeed('cut', '--resume', 'last', '--trainer.maxSteps', '18');
    expect(weightsOf('cut', 'epoch=1-step=18')).toEqual(weightsOf('whole', 'epoch=1-step=18'));
  });

  it('is not resumed on other batches', async () => {
    const { code, errors } = await runHere('cut', '--resume', 'last', '--data.batchSize', '4');
    expect(code).toBe(1);
    expect(errors).toContain('data.batchSize: 8 before, 4 now; different samples would come next');
  });

  it('accumulates gradients, overfits, limits epochs and supports a trial', async () => {
    await succeed('accumulated', '--trainer.accumulateGradBatches', '2', '--trainer.maxEpochs', '1');
    expect(readdirSync(inRun('accumulated', 'checkpoints'))).toContain('epoch=0-step=5');
    const overfit = ['--trainer.overfitBatches', '1', '--trainer.maxEpochs', '8', '--data.dropLast', 'true'];
    await succeed('overfit', ...overfit);
    const losses = column('overfit', 'loss');
    expect(losses).toHaveLength(8);
    expect(losses.slice(1).every((loss, index) => loss < (losses[index] ?? 0))).toBe(true);
    const limits = ['--trainer.limitTrainBatches', '2', '--trainer.limitValBatches', '0'];
    await succeed('limited', ...limits);
    expect(column('limited', 'loss')).toHaveLength(4);
    await succeed('trial', '--trainer.fastDevRun', 'true');
    expect(readdirSync(cwd)).not.toContain('trial');
  });

  it('is validated, tested and used for predictions, each sample by its index', async () => {
    for (const command of ['validate', 'test', 'predict']) await succeed('whole', command);
    const found = (ending: string): string =>
      readFileSync(inRun('whole', 'evaluations', `epoch=1-step=18.${ending}`), 'utf8');
    const validated = JSON.parse(found('validate.json')) as {
      metrics: { val_loss: number };
      batches: number;
    };
    expect([validated.metrics.val_loss, validated.batches]).toEqual([column('whole', 'val_loss').at(-1), 3]);
    expect(JSON.parse(found('test.json'))).toMatchObject({
      metrics: { test_loss: validated.metrics.val_loss },
      data: { name: 'blobs', split: 'test', samples: 22 },
    });
    const lines = found('predict.samples.jsonl').trim().split('\n');
    expect(lines).toHaveLength(22);
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ row: 21, index: 21, name: '21', class: null });
    const file = readFileSync(inRun('whole', 'evaluations', 'epoch=1-step=18.predict.safetensors'));
    const probability = decodeSafetensors(file).tensors.get('probability');
    expect(probability?.shape).toEqual([22, 2]);
    // Clouds take turns.
    const right = Array.from({ length: 22 }, (_, row) => (probability?.data[2 * row + (row % 2)] ?? 0) > 0.5);
    expect(right.filter(Boolean).length).toBeGreaterThanOrEqual(20);
  });

  it('trains on two ranks, each on its own samples, to the same weights as the whole batch', async () => {
    await succeed('ranks', '--devices', '2', '--data.batchSize', '4', '--data.dropLast', 'true');
    await succeed('alone', '--data.batchSize', '8', '--data.dropLast', 'true');
    const [ranks, alone] = [column('ranks', 'loss'), column('alone', 'loss')];
    expect(ranks).toHaveLength(16);
    ranks.forEach((loss, index) => expect(loss).toBeCloseTo(alone[index] ?? NaN, 4));
    expect(readYaml(inRun('ranks', 'environment.yaml'))).toMatchObject({
      data: { samples: 70 },
      ranks: { worldSize: 2 },
    });
  });

  it('accepts neither evaluation on images nor options for images', async () => {
    const own = 'the experiment supplies its own batches, blobs';
    for (const command of ['knn', 'probe']) {
      expect(await runHere('refused', command, '--untrained')).toMatchObject({
        code: 2,
        errors:
          `Error: '${command}' works on images, but ${own}. ` +
          'Evaluate it with validate, test or predict, or give the experiment a data set of images.\n',
      });
    }
    const { code, errors } = await runHere('refused', '--data.name', 'digits', '--data.workers', '2');
    expect({ code, errors }).toEqual({
      code: 2,
      errors: expect.stringContaining(
        "  data.name: cannot replace the experiment's own batches, blobs\n" +
          "  data.workers: means nothing to the experiment's own batches, blobs\n",
      ) as unknown,
    });
    expect(readdirSync(cwd)).not.toContain('refused');
    expect((await runHere('refused', '--help')).output).toContain(
      'the experiment\'s own blobs {"samples":70}',
    );
  });
});
