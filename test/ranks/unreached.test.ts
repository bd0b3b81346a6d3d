import { runGroup } from './group';
import type { Together } from './train-together';

interface Report extends Record<'alike' | 'accumulated' | 'localSgd', Together> {
  readonly differing: Readonly<Record<'equalSizes' | 'otherSizes' | 'accumulated', Together>>;
  readonly initial: Together['weights'];
}

describe('two ranks of a model with parameters that no loss reaches', () => {
  let first: Report;
  let second: Report;

  beforeAll(async () => {
    const reports = await runGroup<Report>('unreached', 2);
    for (const { code, errors } of reports) expect({ code, errors }).toEqual({ code: 0, errors: '' });
    [first, second] = reports.map(({ value }) => value) as [Report, Report];
  }, 120_000);

  it.each(['alike', 'accumulated', 'localSgd'] as const)('leave these alone on both: %s', (name) => {
    expect(first[name].error).toBeNull();
    expect(second[name].weights).toEqual(first[name].weights);
    for (const unreached of ['second.weight', 'second.bias', 'long.weight']) {
      expect(first[name].weights[unreached]).toEqual(first.initial[unreached]);
    }
    expect(first[name].weights['first.weight']).not.toEqual(first.initial['first.weight']);
    expect(first[name].messages.slice(1)).toEqual([
      'warning: The loss of Parts does not reach these parameters: second.* (2) and long.weight. They stay as they are, ' +
        'without weight decay or momentum; freeze() them if that is meant.',
    ]);
    expect(second[name].messages).toEqual([]);
  });

  it.each([
    [
      'equalSizes',
      "The ranks do not have the same step: 'gradient of first.weight' is [3, 2] on rank 0 and absent on rank 1, and 3 more differ. ",
    ],
    [
      'otherSizes',
      "The ranks do not have the same step: 'gradient of first.weight' is [3, 2] on rank 0 and absent on rank 1, and 4 more differ. ",
    ],
    [
      'accumulated',
      "The ranks do not have the same step: 'gradient of first.weight' is [3, 2] on rank 0 and absent on rank 1, and 3 more differ. ",
    ],
  ] as const)('are rejected if these differ by rank, before anything is exchanged: %s', (name, what) => {
    for (const report of [first, second]) {
      expect(report.differing[name].error).toBe(
        `${what}Use the same parameters and log the same values on all ranks: nothing in the step may depend on the rank.`,
      );
      expect(report.differing[name].weights['first.weight']).toEqual(first.initial['first.weight']);
    }
  });
});
