import { runGroup } from './group';

describe('ranks in processes of their own', () => {
  it('exchange their values, to the last bit', async () => {
    const worldSize = 3;
    const reports = await runGroup('exchange', worldSize);
    const names = ['', 'r1'.repeat(100), 'r2'.repeat(200)];
    const expected = {
      sum: [6, 60],
      mean: [2, 20],
      whole: [6],
      gathered: names.map((name, rank) => ({ rank, name })),
      bytes: ['000000800000c07f', '000000800000c07f00', '000000800000c07f0000'],
      told: 'from 0',
      nothing: 0,
      somebody: true,
      nobody: false,
      differ:
        "The ranks do not have the same run: 'lr' is 0.1 on rank 0 and 0.2 on ranks 1, 2, and 1 more differ. Start them alike.",
    };
    for (const { code, value, errors } of reports) {
      expect({ code, value, errors }).toEqual({ code: 0, value: expected, errors: '' });
    }
    expect(reports).toHaveLength(worldSize);
  }, 60_000);
});
