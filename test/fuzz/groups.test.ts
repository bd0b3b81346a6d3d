import { groups } from '../../bench/fuzz/groups';
import { runCase } from '../../bench/fuzz/outcome';
import type { Group } from '../../bench/fuzz/outcome';
import { defectsOf } from './cases';

/** Cases of a group that takes its time with each; all others have `many`. */
const few: Readonly<Record<string, number>> = { mlflow: 60, options: 200, checkpoints: 100 };
const many = 300;

afterAll(async () => {
  for (const group of groups) await group.close?.();
});

it.each(groups.map((group) => [group.name, group] as const))(
  '%s: takes or refuses whatever comes',
  async (name, group) => {
    const { defects, accepted, refused } = await defectsOf(group, few[name] ?? many);
    expect(defects).toEqual([]);
    // A generator whose cases all end alike tries nothing.
    expect(accepted).toBeGreaterThan(0);
    if (name !== 'metrics') expect(refused).toBeGreaterThan(0);
  },
);

it('gives the same case for the same seed and number', async () => {
  const [safetensors] = groups;
  const twice = await Promise.all(
    [0, 1].map(() => Promise.all([7, 8, 9].map((number) => runCase(safetensors as Group, 3, number)))),
  );
  expect(twice[0]).toEqual(twice[1]);
});

it('calls a defect what no room may throw, whatever time it takes to say', async () => {
  const broken = (run: () => Promise<never>) => ({ name: 'broken', limit: 50, run });
  const thrown = await runCase(
    broken(() => Promise.reject(new TypeError("reading 'x'"))),
    1,
    0,
  );
  expect(thrown.verdict).toBe('defect');
  const endless = await runCase(
    broken(() => new Promise(() => undefined)),
    1,
    0,
  );
  expect(endless).toEqual({ verdict: 'defect', message: 'did not end' });
});
