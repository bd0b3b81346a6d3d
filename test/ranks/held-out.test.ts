import { start } from '../../src/engine';
import { soloRanks } from '../../src/strategy';
import { heldOutCases } from './cases';
import { runGroup } from './group';
import { trainTogether } from './train-together';
import type { Together } from './train-together';

type Case = keyof typeof heldOutCases;

/** Samples that the group evaluates: of each rank, those of its first batches. */
const evaluated: Readonly<Record<Case, number>> = {
  'one sample': 1,
  'half of an odd number of batches': 2,
  'a third of three batches, one of them of one rank': 2,
  'a last batch of one rank only': 9,
};

describe('two ranks that validate on samples that cannot be shared evenly', () => {
  let reports: Record<Case, Together>[];

  beforeAll(async () => {
    await start();
    const ended = await runGroup<Record<Case, Together>>('held-out', 2);
    for (const { code, errors } of ended) expect({ code, errors }).toEqual({ code: 0, errors: '' });
    reports = ended.flatMap(({ value }) => (value === null ? [] : [value]));
  }, 120_000);

  it.each(Object.keys(heldOutCases) as Case[])('all see each sample once: %s', (name) => {
    for (const report of reports) {
      expect(report[name].error).toBeNull();
      expect(report[name].metrics['val_samples']).toBe(evaluated[name]);
      // A rank without a batch of its own has the group's figures all the same.
      expect(report[name].metrics).toEqual(reports[0]?.[name].metrics);
    }
  });

  it('get the result of one rank that has all samples', async () => {
    const alone = await trainTogether(soloRanks, heldOutCases['one sample']);
    for (const report of reports) {
      expect(report['one sample'].metrics['val_loss']).toBeCloseTo(alone.metrics['val_loss'] ?? NaN, 5);
    }
  });
});
