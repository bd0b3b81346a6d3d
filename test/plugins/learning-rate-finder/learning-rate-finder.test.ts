import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LearningRateFinder, learningRateFinder } from '../../../plugins/learning-rate-finder';
import type { LearningRateFinderOptions } from '../../../plugins/learning-rate-finder';
import type { LearningRateControl, RunSettings } from '../../../src/contracts';
import { seedEverything, start } from '../../../src/engine';
import * as optim from '../../../src/optim';
import { soloRanks } from '../../../src/strategy';
import { fit, messageOf, plugin } from '../../trainer/fakes/fit';
import { Points } from '../../trainer/fakes/points';
import { Regression } from '../../trainer/fakes/regression';
import { Notes, TemporaryRunFolder, hookContext, runSettings } from '../fakes/run';

interface Case {
  readonly options: LearningRateFinderOptions;
  /** Losses of the updates. */
  readonly given: readonly number[];
  readonly rates: readonly number[];
  readonly losses: readonly number[];
  readonly diverged: boolean;
  readonly suggestion: number;
}

/** Made by suggestions.py beside it with Lightning's own classes. */
const { cases } = JSON.parse(readFileSync(join(__dirname, 'data', 'suggestions.json'), 'utf8')) as {
  readonly cases: readonly Case[];
};

let folder: TemporaryRunFolder;
beforeEach(() => (folder = new TemporaryRunFolder()));
afterEach(() => folder.remove());

function setUp(options: LearningRateFinderOptions, settings: Partial<RunSettings> = {}) {
  const notes = new Notes();
  let schedule: ((step: number) => number) | null = null;
  const control: LearningRateControl = { override: (given) => (schedule = given) };
  const finder = new LearningRateFinder(
    learningRateFinder(options).options as never,
    control,
    runSettings({ enableCheckpointing: false, ...settings }),
    folder,
    notes.notify,
    soloRanks,
  );
  const reasons: string[] = [];
  const batchEnd = (loss: number, updated = true): void => {
    const context = { ...hookContext(), stop: (reason: string) => reasons.push(reason) };
    finder.onTrainBatchEnd(context, { updated, loss, batchSize: 1, stepSeconds: 0, dataSeconds: 0 });
  };
  const rateAt = (step: number): number => schedule?.(step) ?? NaN;
  return { finder, notes, batchEnd, reasons, rateAt };
}

type Written = Pick<Case, 'rates' | 'losses' | 'diverged'> & { readonly suggestion: number | null };
const written = (): Written =>
  JSON.parse(readFileSync(folder.resolve('learning-rates.json'), 'utf8')) as Written;

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, index) => {
    expect(Math.abs(value / (expected[index] ?? NaN) - 1)).toBeLessThan(1e-9);
  });
}

describe('the finder', () => {
  it.each(cases.map((one) => [JSON.stringify(one.options), one] as const))(
    'tries the rates, smooths, stops and suggests as Lightning does with %s',
    async (_, { options, given, rates, losses, diverged, suggestion }) => {
      const { finder, batchEnd, reasons, rateAt } = setUp(options);
      finder.onFitStart(hookContext({ globalStep: 7 }));
      for (const [index, loss] of given.entries()) {
        expect(reasons).toEqual([]);
        expectClose([rateAt(7 + index)], [rates[index] ?? NaN]);
        batchEnd(loss);
      }
      expect(reasons).toEqual([
        diverged
          ? `the learning-rate finder found that the loss diverged after ${given.length} updates`
          : `the learning-rate finder has tried all ${given.length} rates`,
      ]);
      await finder.onTrainEnd();
      const record = written();
      expect(record.diverged).toBe(diverged);
      expectClose(record.rates, rates);
      expectClose(record.losses, losses);
      expectClose([record.suggestion ?? NaN], [suggestion]);
    },
  );

  it('names the option to set', async () => {
    const one = cases[0];
    const { finder, batchEnd, notes } = setUp(one?.options ?? {}, { hyperparameters: { lr: 0.06 } });
    finder.onFitStart(hookContext());
    for (const loss of one?.given ?? []) batchEnd(loss);
    await finder.onTrainEnd();
    const rate = Number(one?.suggestion.toPrecision(4));
    expect(notes.said).toEqual([
      `info: The loss falls fastest at a learning rate of ${rate}: train with --lr ${rate}, and without ` +
        `learningRateFinder() among the plugins. All rates and losses are in ${folder.resolve('learning-rates.json')}.`,
    ]);
  });

  it.each([
    ['below 0', (index: number) => -0.5 + 0.01 * index],
    ['around 0', (index: number) => (index % 2 === 0 ? -0.001 : 0.01) * (index + 1)],
  ])('does not treat losses %s as diverging', (_, lossAt) => {
    const { finder, batchEnd, reasons } = setUp({ steps: 50 });
    finder.onFitStart(hookContext());
    for (let i = 0; i < 40; i++) batchEnd(lossAt(i));
    expect(reasons).toEqual([]);
  });

  it('ignores batches that made no update, and those after its end', async () => {
    const { finder, batchEnd } = setUp({ steps: 15 });
    finder.onFitStart(hookContext());
    for (let i = 0; i < 40; i++) batchEnd(1 - i / 100, i % 2 === 1);
    await finder.onTrainEnd();
    expect(written().losses).toHaveLength(15);
  });

  it('reports too few updates', async () => {
    const { finder, batchEnd, notes } = setUp({});
    finder.onFitStart(hookContext());
    for (let i = 0; i < 12; i++) batchEnd(1);
    await finder.onTrainEnd();
    expect(notes.said).toEqual([
      'warning: 12 updates are too few to suggest a learning rate: at least 13 are needed. ' +
        'Increase steps of learningRateFinder() or trainer.maxEpochs, or earlyStopThreshold if the loss diverged.',
    ]);
    expect(written().suggestion).toBe(null);
  });

  it('warns if checkpoints of the spoiled model may be saved', () => {
    const { finder, notes } = setUp({}, { enableCheckpointing: true });
    finder.onFitStart(hookContext());
    expect(notes.said).toEqual([
      'warning: learningRateFinder() leaves the model unusable, and checkpoints of it may be saved. ' +
        'Run it with --trainer.enableCheckpointing false.',
    ]);
  });
});

class Descending extends Regression {
  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.1 });
  }
}

it('ends a real fit after its rates, with a suggestion between them', async () => {
  await start();
  seedEverything(0);
  const notes = new Notes();
  const used: number[] = [];
  const { result, error } = await fit({
    module: new Descending(),
    options: { maxEpochs: 100 },
    data: new Points({ batches: 8 }),
    plugins: (trainer) => [
      plugin(
        'learning-rate-finder',
        new LearningRateFinder(
          learningRateFinder({ minRate: 1e-4, maxRate: 5, steps: 60 }).options as never,
          { override: (schedule) => trainer().learningRate.override(schedule) },
          runSettings({ enableCheckpointing: false }),
          folder,
          notes.notify,
          soloRanks,
        ),
      ),
      plugin('watcher', {
        onTrainBatchStart: () => void used.push(trainer().optimizers.current()[0]?.learningRates[0] ?? NaN),
      }),
    ],
  });
  expect(messageOf(error)).toBe('');
  const { rates, losses, suggestion } = written();
  expect(result?.status).toBe('stopped');
  expect(result?.progress.globalStep).toBe(losses.length);
  expectClose(used, rates);
  expect(rates.slice(10, -1)).toContain(suggestion);
});

it.each([
  [{ minRate: 1, maxRate: 0.1 }, 'learningRateFinder(): minRate must be below maxRate.'],
  [{ steps: 0 }, 'learningRateFinder(): steps is 0 (too small: expected number to be >0).'],
])('%j is rejected', (options, problem) => {
  expect(learningRateFinder(options).problems).toEqual([problem]);
});
