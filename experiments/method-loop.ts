/**
 * Any method with a hand-written loop: no trainer, no plugins. `fastsiam-loop.ts` does the same for FastSiam alone.
 *
 *   npx ts-node experiments/method-loop.ts byol
 */
import { createRequire } from 'node:module';
import { TrainingModule, compile, datasets, experimentData, loader, nn, start } from '../src';
import type { ExperimentClass, ImageDataset, LoaderOptions, ViewBatch, ViewTransform } from '../src';

type Method = ExperimentClass<TrainingModule<ViewBatch>>;

const load = createRequire(__filename);

/** Trains a method on the views that its file declares, and yields the mean loss of each epoch. */
export async function* trainEpochs(
  method: Method,
  dataset: ImageDataset,
  epochs: number,
  options: Partial<LoaderOptions> = {},
): AsyncGenerator<number> {
  const { transform: views, batchSize = 256 } = experimentData(method);
  const transform = views as ViewTransform;
  const batches = loader(dataset, { batchSize, transform, shuffle: true, dropLast: true, ...options });
  const { batchesPerEpoch } = batches;
  const totalSteps = epochs * batchesPerEpoch;

  const model = new method();
  const plan = { batchesPerEpoch, maxEpochs: epochs, totalSteps };
  const [optimizer] = [model.configureOptimizers(plan)].flat();
  if (optimizer === undefined) throw new Error(`${method.name} has no optimiser.`);

  // Schedules, such as the one of a teacher's momentum, read this at every step.
  let epoch = 0;
  const position: nn.StepPosition = {
    get step() {
      return optimizer.stepCount;
    },
    batchOfUpdate: 0,
    run: {
      get epoch() {
        return epoch;
      },
      maxEpochs: epochs,
      totalSteps,
      stepsPerEpoch: batchesPerEpoch,
      stepsIn: (count) => count * batchesPerEpoch,
    },
  };
  const step = compile((batch: ViewBatch) =>
    nn.withStepPosition(position, () => optimizer.minimize(() => model.trainingStep(batch))),
  );

  try {
    for (; epoch < epochs; epoch++) {
      let total = 0;
      for await (const batch of batches.epoch(epoch)) total += await step(batch);
      yield total / batchesPerEpoch;
    }
  } finally {
    await batches.close();
    step.dispose();
    optimizer.dispose();
    model.dispose();
  }
}

function pathOf(name: string): string {
  try {
    return load.resolve(`./${name}`);
  } catch {
    throw new Error(`experiments/${name}.ts does not exist.`);
  }
}

/** The class that `experiments/NAME.ts` exports. */
function methodNamed(name: string): Method {
  const exports = load(pathOf(name)) as Readonly<Record<string, Method>>;
  const method = Object.values(exports).find(({ prototype }) => prototype instanceof TrainingModule);
  if (method === undefined) throw new Error(`experiments/${name}.ts exports no method.`);
  return method;
}

async function main([name = 'fastsiam']: readonly string[]): Promise<void> {
  const method = methodNamed(name);
  await start({ seed: 0 }); // finds or installs the native engine
  const dataset = await datasets.open('cifar10', { fallback: 'digits' });
  let epoch = 0;
  for await (const loss of trainEpochs(method, dataset, 10)) {
    console.log(`epoch: ${String(epoch++).padStart(2, '0')}, loss: ${loss.toFixed(5)}`);
  }
}

if (require.main === module) void main(process.argv.slice(2));
