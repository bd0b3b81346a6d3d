import { readFileSync } from 'node:fs';
import { RankMe, rankMe } from '../../../plugins/rank-me';
import { liveCounts, start } from '../../../src';
import type { EvaluationData } from '../../../src';
import { NothingToJudgeError } from '../../../src/data';
import reference from '../../evaluation/data/rank-me.json';
import { FeatureData, identity } from '../../evaluation/fakes/feature-data';
import { Notes, TemporaryRunFolder, hookContext } from '../fakes/run';

beforeAll(() => start());

const one = reference.cases[0] ?? { shape: [], z: [], rankMe: NaN };
const rows = { rows: Float32Array.from(one.z), labels: Array<number>(20).fill(-1) };
const wild = { rows: Float32Array.from(one.z, () => NaN), labels: rows.labels };
const fewer = { rows: rows.rows.slice(0, 12), labels: [0, 1] };

describe('RankMe between epochs', () => {
  let folder: TemporaryRunFolder;
  beforeEach(() => (folder = new TemporaryRunFolder()));
  afterEach(() => folder.remove());

  function setUp(
    options: Parameters<typeof rankMe>[0] = {},
    data: EvaluationData = new FeatureData('photos', 0, 6, { train: fewer, test: rows }),
  ) {
    const notes = new Notes();
    const plugin = new RankMe(rankMe(options).options as never, identity, data, folder, notes.notify);
    const said = () => notes.said.map((line) => line.replace(/[\d.]+ s\)/, '? s)'));
    return { plugin, data, said };
  }
  const records = () =>
    readFileSync(folder.resolve('rankme.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it("logs NumPy's figure for images without labels, prints it, and records what it depends on", async () => {
    const { plugin, said } = setUp();
    const context = hookContext({ epoch: 0, globalStep: 62 });
    const before = liveCounts();
    await plugin.onTrainEpochEnd(context);
    expect(liveCounts()).toEqual(before);
    const figure: unknown = expect.closeTo(one.rankMe, 5);
    expect(context.logged).toEqual([['rankme', figure, { onEpoch: true, progBar: true }]]);
    expect(said()).toEqual([
      `info: RankMe after 1 epoch: ${one.rankMe.toFixed(1)} of at most 6 (20 images, ? s).`,
    ]);
    expect(records()).toEqual([
      {
        ...{
          epochsTrained: 1,
          globalStep: 62,
          weights: 'raw',
          rankMe: figure,
          data: 'photos',
          split: 'test',
        },
        ...{ samples: 20, featureWidth: 6, seconds: expect.any(Number) as number },
      },
    ]);
  });

  it('measures every Nth epoch, and before training only if asked and if training begins', async () => {
    const { plugin } = setUp({ everyNEpochs: 2, atStart: true });
    expect(plugin.measures()).toEqual([{ metric: 'rankme', everyNEpochs: 2 }]);
    const names: string[] = [];
    for (const epoch of [0, 1, 2, 3]) {
      const context = hookContext({ epoch, globalStep: epoch * 10 });
      await plugin.onTrainEpochStart(context);
      await plugin.onTrainEpochEnd(context);
      names.push(...context.logged.map(([name]) => `${epoch} ${name}`));
    }
    expect(names).toEqual(['0 rankme_untrained', '1 rankme', '3 rankme']);
  });

  it('warns if features are not finite, and logs nothing', async () => {
    const { plugin, said } = setUp({}, new FeatureData('photos', 0, 6, { train: fewer, test: wild }));
    const context = hookContext({ epoch: 1, globalStep: 5 });
    await plugin.onTrainEpochEnd(context);
    expect(context.logged).toEqual([]);
    expect(said()).toEqual([
      "warning: No RankMe after 2 epochs: the backbone's features are not finite. Training has diverged.",
    ]);
  });

  it('uses training images if there is no test split, and reports it once', async () => {
    const whole = new FeatureData('photos', 0, 6, { train: rows, test: rows });
    const data: EvaluationData = {
      ...{ name: 'photos', classes: 0 },
      open: (split, options) =>
        split === 'train'
          ? whole.open(split, options)
          : Promise.reject(new NothingToJudgeError({ what: 'There is no test split.', fix: 'Make one.' })),
    };
    const { plugin, said } = setUp({}, data);
    await plugin.onTrainEpochEnd(hookContext({ epoch: 0, globalStep: 5 }));
    await plugin.onTrainEpochEnd(hookContext({ epoch: 1, globalStep: 10 }));
    expect(said().filter((line) => line.includes('no test split'))).toEqual([
      'info: photos has no test split: RankMe is measured on training images.',
    ]);
    expect(records().map(({ split, samples }) => [split, samples])).toEqual([
      ['train', 20],
      ['train', 20],
    ]);
  });
});
