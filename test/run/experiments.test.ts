import { join } from 'node:path';
import { engineInfo, start } from '../../src/engine';
import { Child, readYaml, runChild, temporaryFolder } from './child';

const cwd = temporaryFolder();
const twoSteps = ['--trainer.maxSteps', '2', '--data.batchSize', '16', '--data.workers', '1'];

/** TensorFlow as it is found here, and a cache in which no data set lies. */
async function withoutData(): Promise<NodeJS.ProcessEnv> {
  await start({ accelerator: 'cpu' });
  return { FULGUR_TENSORFLOW: engineInfo().library, FULGUR_CACHE: join(cwd, 'cache') };
}

describe('the experiments of this package', () => {
  it('fastsiam.ts runs, and says loudly and writes down that it runs on the digits', async () => {
    // An archive's address without a server behind it: the discard port, as a machine without network would see it.
    const unreachable = ['--data.url', 'http://127.0.0.1:9/cifar-10-binary.tar.gz'];
    const args = [...twoSteps, '--trainer.limitTrainBatches', '2', ...unreachable];
    const { code, output, errors } = await runChild('experiments/fastsiam.ts', args, {
      cwd,
      env: await withoutData(),
    });
    expect({ code, output, errors }).toEqual({ code: 0, output, errors });
    expect(errors).toMatch(/^WARNING: THIS RUN USES DIGITS, NOT CIFAR10\. /m);
    expect(output).toMatch(/^Epoch 0: 2\/2 \[.*z_std=\d\.\d+, train_loss_ssl=-?\d\.\d+\]$/m);
    expect(readYaml(cwd, 'runs/fastsiam/version_0/environment.yaml')).toMatchObject({
      data: { name: 'digits', requested: 'cifar10' },
    });
  });

  it('fastsiam-digits.ts runs, with kNN accuracy before and after the epoch', async () => {
    const args = [...twoSteps, '--trainer.limitTrainBatches', '2', '--trainer.maxEpochs', '1'];
    const { code, output, errors } = await runChild('experiments/fastsiam-digits.ts', args, { cwd });
    expect({ code, output, errors }).toEqual({ code: 0, output, errors: '' });
    expect(output).toMatch(/^kNN accuracy before training: 0\.\d{3} /m);
    expect(output).toMatch(/^kNN accuracy after 1 epoch: 0\.\d{3} /m);
  });

  it('fastsiam-loop.ts runs', async () => {
    const loop = new Child('experiments/fastsiam-loop.ts', [], {
      cwd,
      env: await withoutData(),
      preload: [join('test', 'run', 'one-batch-epochs.ts')],
    });
    await loop.wrote('epoch: 01, loss: ');
    loop.kill('SIGKILL');
    const { output } = await loop.ended;
    expect(output).toMatch(/^epoch: 00, loss: -?\d\.\d{5}\nepoch: 01, loss: -?\d\.\d{5}\n/);
  });
});
