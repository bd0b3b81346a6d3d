import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { madeOf } from '../data/loader/helpers/every-kind';
import { runChild, small, temporaryFolder } from './child';
import type { Ended } from './child';

const cwd = temporaryFolder();

function train(root: string, ...args: readonly string[]): Promise<Ended> {
  const limits = ['--trainer.maxSteps', '8', '--trainer.maxEpochs', '3', '--trainer.limitTrainBatches', '3'];
  const given = ['--lr', '0.1', '--width', '4', '--data.batchSize', '4', ...limits];
  return runChild(small, ['--trainer.defaultRootDir', root, ...given, ...args], { cwd });
}

const placeOf = (root: string, ...path: readonly string[]): string =>
  join(cwd, root, 'small', 'version_0', ...path);

function weightsOf(root: string, checkpoint: string): string {
  const file = readFileSync(placeOf(root, 'checkpoints', checkpoint, 'model.safetensors'));
  return createHash('sha256').update(file).digest('hex');
}

describe.each(['list', 'packed', 'shards'] as const)('--data.name %s', (name) => {
  it('trains, and resumes in the middle of an epoch to the same bits with another number of threads', async () => {
    mkdirSync(join(cwd, `${name}-data`));
    const path = await madeOf[name](join(cwd, `${name}-data`));
    const data = ['--data.name', name, '--data.path', path, '--data.testFraction', '0.2'];
    const whole = await train(name, ...data, '--data.workers', '1');
    expect(whole).toMatchObject({ code: 0 });
    const weights = weightsOf(name, 'epoch=2-step=8');
    expect(parse(readFileSync(placeOf(name, 'config.yaml'), 'utf8'))).toMatchObject({
      data: { name, path, testFraction: 0.2 },
    });
    for (const checkpoint of ['epoch=2-step=8', 'last']) {
      rmSync(placeOf(name, 'checkpoints', checkpoint), { recursive: true, force: true });
    }
    const from = placeOf(name, 'checkpoints', 'epoch=1-step=4');
    expect(await train(name, '--resume', from, '--data.workers', '0')).toMatchObject({ code: 0 });
    expect(weightsOf(name, 'epoch=2-step=8')).toBe(weights);
  });
});
