import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { initialState, makeViews } from '../../bench/parity/generate';
import type { Reference, SumAndNorm } from '../../bench/parity/reference';
import { EventBus, SingleDevice, Trainer, compile, liveCounts, start, tf } from '../../src';
import type { BatchSource, StateDict, ViewBatch } from '../../src';
import { settings } from '../trainer/fakes/fit';
import { runChild, temporaryFolder } from '../run/child';
import { SimClr } from './experiments/simclr';

/** Figures of lightly's SimCLR on PyTorch, in float64, and how far honest float32 runs are from them. */
type Figures = Reference & {
  readonly truth: { readonly evalFeatures: readonly number[] };
  readonly tolerance: { readonly evalFeatures: number };
};

const { spec, stateDict, truth, tolerance } = JSON.parse(
  readFileSync(join(__dirname, 'data', 'simclr.json'), 'utf8'),
) as Figures;

/** The same two views at every step, as the reference had them. */
function sameViews(): BatchSource<ViewBatch> & { readonly views: tf.Tensor4D[] } {
  const shape = [spec.batch, spec.size, spec.size, 3] as [number, number, number, number];
  const views = makeViews(spec)
    .slice(0, 2)
    .map((pixels) => tf.tensor4d(pixels, shape));
  const [labels, indices] = [
    tf.zeros<tf.Rank.R1>([spec.batch], 'int32'),
    tf.range(0, spec.batch, 1, 'int32'),
  ];
  return {
    views,
    batchesPerEpoch: spec.steps,
    samples: spec.steps * spec.batch,
    async *epoch(_, { startBatch = 0 } = {}) {
      for (let batch = startBatch; batch < spec.steps; batch++)
        yield await Promise.resolve({ views, labels, indices });
    },
    close: () => {
      tf.dispose([...views, labels, indices]);
      return Promise.resolve();
    },
  };
}

function sumAndNorm(values: Iterable<number | bigint>): SumAndNorm {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += Number(value);
    squares += Number(value) ** 2;
  }
  return [sum, Math.sqrt(squares)];
}

function summary(state: StateDict): Record<string, SumAndNorm> {
  return Object.fromEntries([...state].map(([name, { data }]) => [name, sumAndNorm(data)]));
}

/** The largest error, as a share of what is allowed. */
function ratio(found: Record<string, SumAndNorm>): number {
  const errors = Object.entries(truth.final).flatMap(([name, expected]) =>
    expected.map((value, at) => {
      const allowed = tolerance.final[name]?.[at] ?? 0;
      return Math.abs((found[name]?.[at] ?? NaN) - value) / allowed;
    }),
  );
  return Math.max(...errors);
}

it.each([
  ['compiled', true],
  ['operation by operation', false],
])("SimCLR in one file trains to the numbers of lightly's on PyTorch, %s", async (_, compiled) => {
  await start({ accelerator: 'cpu' });
  const tensors = liveCounts().tensors;
  const module = Object.assign(new SimClr(), { lr: spec.lr, momentum: spec.momentum, weightDecay: spec.wd });
  module.loadStateDict(initialState({ spec, stateDict }));
  const data = sameViews();
  const losses: number[] = [];
  const events = new EventBus();
  events.on('batchEnded', (__, { loss }) => losses.push(loss));
  const trainer = new Trainer(
    { maxEpochs: 1, compile: compiled },
    { plugins: [], events, strategy: new SingleDevice(), settings },
  );
  await trainer.fit(module, data);
  const errors = losses.map(
    (loss, step) => Math.abs(loss - (truth.loss[step] ?? NaN)) / (tolerance.loss[step] ?? 0),
  );
  expect(errors).toHaveLength(spec.steps);
  expect(Math.max(...errors)).toBeLessThanOrEqual(1);
  expect(ratio(summary(module.stateDict()))).toBeLessThanOrEqual(1);
  module.eval();
  const embed = compile((view: tf.Tensor4D) => module.backbone.forward(view));
  const [first] = data.views;
  if (first === undefined) throw new Error('there is no view');
  const features = await embed(first);
  const values = [...features.dataSync().slice(0, 16)];
  for (const [at, value] of values.entries()) {
    expect(Math.abs(value - (truth.evalFeatures[at] ?? NaN))).toBeLessThanOrEqual(tolerance.evalFeatures);
  }
  features.dispose();
  embed.dispose();
  await data.close();
  module.dispose();
  expect(liveCounts().tensors).toBe(tensors);
});

describe('SimCLR as a program', () => {
  const cwd = temporaryFolder();

  it('runs for two steps on its own views, with the same losses compiled and operation by operation', async () => {
    const lossesOf = async (...args: string[]): Promise<number[]> => {
      const root = args.length === 0 ? 'compiled' : 'eager';
      const few = ['--trainer.maxSteps', '2', '--data.batchSize', '16', '--data.workers', '1'];
      const words = ['--trainer.defaultRootDir', root, ...few, ...args];
      const { code, errors } = await runChild('test/open/experiments/simclr.ts', words, { cwd });
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      const text = readFileSync(join(cwd, root, 'simclr', 'version_0', 'metrics.csv'), 'utf8');
      const [head = '', ...rows] = text.trim().split('\n');
      const at = head.split(',').indexOf('loss');
      return rows.map((row) => Number(row.split(',')[at]));
    };
    const [compiled, eager] = [await lossesOf(), await lossesOf('--trainer.compile', 'false')];
    expect(compiled).toHaveLength(2);
    expect(eager).toHaveLength(2);
    eager.forEach((loss, step) => expect(loss).toBeCloseTo(compiled[step] ?? NaN, 4));
  });
});
