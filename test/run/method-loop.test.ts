import { join } from 'node:path';
import { trainEpochs } from '../../experiments/method-loop';
import { MoCo } from '../../experiments/moco';
import { datasets, loader, views } from '../../src';
import type { ExperimentClass, ImageDataset, TrainingModule, ViewBatch } from '../../src';
import { engineInfo, liveCounts, seedEverything, start } from '../../src/engine';
import { shippedExperiments } from '../../src/run/shipped-experiments';
import { constructExperiment } from '../../src/metadata';
import { fit, plugin } from '../trainer/fakes/fit';
import { Child, temporaryFolder } from './child';
import { smallValues } from './small-values';

// For machines that are busy with other things.
jest.setTimeout(600_000);

type Method = ExperimentClass<TrainingModule<ViewBatch>>;

const few = { batchSize: 4, workers: 0 } as const;
const cwd = temporaryFolder();
let dataset: ImageDataset;

beforeAll(async () => {
  await start({ accelerator: 'cpu', seed: 0 });
  dataset = Object.create(await datasets.open('digits'), { length: { value: 8 } }) as ImageDataset;
});

/** The method with an eighth of its width, as a class that the loop can build. */
function smallOf(method: Method): Method {
  const build = function (): object {
    return constructExperiment(method, smallValues(method));
  };
  for (const key of Reflect.getOwnMetadataKeys(method) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, method) as unknown, build);
  }
  return Object.assign(build, { prototype: method.prototype as object }) as unknown as Method;
}

async function lossesOf(method: Method, epochs: number, images = dataset): Promise<number[]> {
  const losses: number[] = [];
  for await (const loss of trainEpochs(method, images, epochs, few)) losses.push(loss);
  return losses;
}

describe('method-loop.ts', () => {
  // Variants of a method, such as fastsiam-digits, have the same step.
  const names = shippedExperiments().map(({ name }) => name);
  const methods = shippedExperiments().filter(
    ({ name }) => !names.some((other) => name.startsWith(`${other}-`)),
  );

  it.each(methods)('trains $name for two steps', async ({ type }) => {
    const before = liveCounts().tensors;
    const losses = await lossesOf(smallOf(type), 1);
    expect(losses).toEqual([expect.any(Number)]);
    expect(Number.isFinite(losses[0])).toBe(true);
    expect(liveCounts().tensors).toBe(before);
  });

  it('produces the losses of the trainer, with a teacher whose momentum changes and a queue', async () => {
    seedEverything(3);
    const method = smallOf(MoCo);
    const losses = await lossesOf(method, 2);

    seedEverything(3);
    const batches = loader(dataset, { ...few, transform: views.mocoV2({ inputSize: 32 }), dropLast: true });
    const module = new method();
    const seen: number[] = [];
    const { error } = await fit({
      module: module as never,
      data: batches as never,
      options: { maxEpochs: 2 },
      plugins: [plugin('watcher', { onTrainBatchEnd: (_, { loss }) => void seen.push(loss) })],
    });
    await batches.close();
    module.dispose();
    expect(error).toBeNull();
    expect(losses).toEqual([0, 2].map((first) => ((seen[first] ?? NaN) + (seen[first + 1] ?? NaN)) / 2));
  });

  it('trains the method that the command names', async () => {
    const loop = new Child('experiments/method-loop.ts', ['simsiam'], {
      cwd,
      env: { FULGUR_TENSORFLOW: engineInfo().library },
      preload: [join('test', 'run', 'one-batch-epochs.ts')],
    });
    await loop.wrote('epoch: 00, loss: ');
    loop.kill('SIGKILL');
    await loop.ended;
    expect(loop.output).toMatch(/^epoch: 00, loss: -?0\.\d{5}$/m);
  });
});
