import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { shippedExperiments } from '../../src/run/shipped-experiments';
import { engineInfo, start } from '../../src/engine';
import { Child, readYaml, runChild, temporaryFolder } from './child';
import type { Ended } from './child';

const cwd = temporaryFolder();
/** For machines that are busy with other things; a quiet one takes a minute. */
const twelveMinutes = 720_000;
const twoSteps = ['--trainer.maxSteps', '2', '--data.batchSize', '16', '--data.workers', '1'];

/** TensorFlow as it is found here, and a cache in which no data set lies. */
async function withoutData(): Promise<NodeJS.ProcessEnv> {
  await start({ accelerator: 'cpu' });
  return { FULGUR_TENSORFLOW: engineInfo().library, FULGUR_CACHE: join(cwd, 'cache') };
}

describe('the experiments of this package', () => {
  it('fastsiam.ts runs, and clearly reports and records that it runs on the digits', async () => {
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

  describe('on images in a folder', () => {
    let outputs: string[];

    /** One process for all that need not start again; the second resumes what the first has left. */
    beforeAll(async () => {
      const taught = 'moco,dino';
      outputs = await runGroups(
        ['all', '--trainer.maxSteps', '2'],
        ['mae', '--imageSize', '16', ...to('sizes', '1')],
        ['mae', '--imageSize', '48', ...to('sizes', '1')],
        [taught, ...to('whole', '2')],
        [taught, ...to('parts', '1')],
      );
      await runGroups([taught, ...to('parts', '2'), '--resume', 'last']);
    }, twelveMinutes);

    it('all run for two steps, with their plugins', () => {
      const output = outputs[0] ?? '';
      const names = shippedExperiments().map(({ name }) => name);
      expect(output.match(/^\S+ ended with \d$/gm)).toEqual(names.map((name) => `${name} ended with 0`));
      const losses = output.match(/^Epoch 0: 2\/3 \[.*train_loss_ssl=-?\d+\.\d+.*\]$/gm) ?? [];
      expect(losses.length).toBeGreaterThanOrEqual(names.length);
    });

    it.each(['moco', 'dino'])(
      '%s.ts, resumed in mid-epoch, ends with the bits of an uninterrupted run',
      (name) => {
        const weights = (root: string): Buffer =>
          readFileSync(
            join(cwd, root, name, 'version_0', 'checkpoints', 'epoch=0-step=2', 'model.safetensors'),
          );
        expect(weights('parts').equals(weights('whole'))).toBe(true);
      },
    );

    it.each([
      ['16', 1],
      ['48', 2],
    ])('mae.ts for images of %s pixels trains on views of 32 without a warning', (_, group) => {
      expect(outputs[group]).toMatch(/^Epoch 0: 1\/3 \[.*train_loss_ssl=\d\.\d+.*\]$/m);
    });
  });

  it(
    'moco.ts trains on two ranks, which fill one queue',
    async () => {
      const words = ['--trainer.maxSteps', '2', '--devices', '2', '--trainer.defaultRootDir', 'ranks'];
      const { code, output, errors } = await runSmall('moco', words);
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      expect(output).toContain('2 ranks train together; each update uses one batch per rank.');
    },
    twelveMinutes,
  );
});

/** Where a run keeps its files, and how many steps it takes. */
function to(root: string, steps: string): string[] {
  return ['--trainer.defaultRootDir', root, '--trainer.maxSteps', steps];
}

/** Runs groups of them in one process on these images, and gives what each wrote. None may fail or warn. */
async function runGroups(...groups: readonly (readonly string[])[]): Promise<string[]> {
  const words = groups.flatMap((group, index) => (index === 0 ? group : ['then', ...group]));
  const ended = await runChild('test/run/every-experiment.ts', [await photos(), ...words], { cwd });
  const end = '--- then\n';
  expect({ code: ended.code, errors: ended.errors }).toEqual({ code: 0, errors: end.repeat(groups.length) });
  const outputs = ended.output.split(end);
  expect(outputs).toHaveLength(groups.length + 1);
  return outputs.slice(0, -1);
}

/** Makes 32 images of two classes, once, and gives their folder. */
async function photos(): Promise<string> {
  const folder = join(cwd, 'photos');
  if (existsSync(folder)) return folder;
  for (let index = 0; index < 32; index++) {
    const place = join(folder, index % 2 === 0 ? 'a' : 'b');
    mkdirSync(place, { recursive: true });
    const pixels = Buffer.from(Array.from({ length: 36 * 36 * 3 }, (_, at) => (at * 7 + index * 31) % 256));
    await sharp(pixels, { raw: { width: 36, height: 36, channels: 3 } })
      .png()
      .toFile(join(place, `${index}.png`));
  }
  return folder;
}

/** Runs one of them on these images, with an eighth of its width. */
async function runSmall(name: string, words: readonly string[]): Promise<Ended> {
  const data = ['--data.name', 'folder', '--data.path', await photos(), '--data.testFraction', '0.25'];
  const few = ['--trainer.maxEpochs', '1', '--data.batchSize', '8', '--data.workers', '1', '--width', '8'];
  return runChild(`experiments/${name}.ts`, [...data, ...few, ...words], { cwd });
}
