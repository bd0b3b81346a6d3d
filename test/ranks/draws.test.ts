import { start } from '../../src/engine';
import { soloRanks } from '../../src/strategy';
import { drawSamples } from './draw-samples';
import { runGroup } from './group';
import { trainTogether } from './train-together';
import type { Together } from './train-together';

type Samples = Awaited<ReturnType<typeof drawSamples>>;
type Resumed = Record<'whole' | 'rest', Together>;

interface Report {
  readonly compiled: Samples;
  readonly eager: Samples;
  readonly plain: Resumed;
  readonly accumulated: Resumed;
  readonly localSgd: Resumed;
  readonly otherSeeds: Pick<Resumed, 'whole'>;
}

describe('draws of two ranks', () => {
  let first: Report;
  let second: Report;

  beforeAll(async () => {
    await start({ accelerator: 'cpu' });
    const reports = await runGroup<Report>('draws', 2);
    for (const { code, errors } of reports) expect({ code, errors }).toEqual({ code: 0, errors: '' });
    [first, second] = reports.map(({ value }) => value) as [Report, Report];
  }, 120_000);

  it('are all their own, except for those that they make together', () => {
    first.compiled.own.forEach((value, index) => {
      expect(value).not.toBe(second.compiled.own[index]);
      expect(value).not.toBe(first.compiled.same[index]);
    });
    expect(second.compiled.same).toEqual(first.compiled.same);
  });

  it('are the same compiled and eager, and in a process with another number of ranks and threads', async () => {
    for (const { compiled, eager } of [first, second]) expect(eager).toEqual(compiled);
    expect(await drawSamples(false)).toEqual(first.compiled);
  });

  it.each(['plain', 'accumulated', 'otherSeeds'] as const)(
    'leave them with the same bits, even if gradients get noise: %s',
    (name) => {
      expect(first[name].whole.error).toBeNull();
      expect(second[name].whole.weights).toEqual(first[name].whole.weights);
    },
  );

  it('depend on the seed of the run, and not on that of a process', () => {
    expect(first.otherSeeds.whole.weights).toEqual(first.plain.whole.weights);
  });

  it('differ from those of one rank', async () => {
    const alone = await trainTogether(soloRanks, { noisy: true });
    expect(alone.error).toBeNull();
    expect(alone.weights).not.toEqual(first.plain.whole.weights);
  });

  it.each(['plain', 'accumulated', 'localSgd'] as const)('are resumed to the same bits: %s', (name) => {
    for (const report of [first, second]) {
      expect(report[name].rest.error).toBeNull();
      expect(report[name].rest.weights).toEqual(report[name].whole.weights);
      expect(report[name].rest.metrics).toEqual(report[name].whole.metrics);
    }
  });
});
