import { inputsOf, readyLoss } from '../../bench/loss-parity/cases';
import type { LossCase, LossFigures } from '../../bench/loss-parity/cases';
import { lossFigures, lossRatios } from '../../bench/loss-parity/measure';
import { liveCounts, start } from '../../src/engine';
import reference from './data/losses.json';
import others from './data/losses-2.json';

beforeAll(() => start({ accelerator: 'cpu' }));

const { seed } = reference;
const cases = [...reference.cases, ...others.cases] as unknown as LossCase[];

describe.each([
  ['compiled', false],
  ['eager', true],
])('%s', (_, eager) => {
  // Numbers of lightly 1.5.26 with PyTorch in float64; those of losses-2.json have other shapes and options.
  it.each(
    cases.map(
      (wanted) => [wanted.loss, JSON.stringify({ ...wanted.inputs, ...wanted.params }), wanted] as const,
    ),
  )("%s %s has the values, gradients and state of lightly's", async (__, ___, wanted) => {
    const before = liveCounts();
    const ratios = lossRatios(await lossFigures(wanted, seed, eager), wanted);
    for (const ratio of Object.values({ ...ratios })) expect(ratio).toBeLessThan(0.1);
    expect(ratios.value + ratios.gradient).toBeGreaterThan(0);
    expect(liveCounts()).toEqual(before);
  });
});

describe('the comparison', () => {
  const [wanted] = cases as [LossCase];
  const [call] = wanted.calls as [LossFigures];
  const off = (figures: Partial<LossFigures>) => lossRatios([{ ...call, ...figures }], wanted);

  it('allows 1e-5 of the largest figure of a kind', () => {
    expect(off({})).toEqual({ value: 0, gradient: 0, state: 0 });
    expect(off({ loss: call.loss * (1 + 2e-5) }).value).toBeCloseTo(2, 5);
    const a = { ...call.gradients['a']!, norm: call.gradients['a']!.norm + 3e-5 * 1.4212660634786334 };
    expect(off({ gradients: { ...call.gradients, a } }).gradient).toBeCloseTo(3, 5);
  });

  it('does not count NaN as agreement', () => {
    expect(off({ loss: NaN }).value).toBe(Infinity);
  });
});

it('names a loss that it does not know', () => {
  const unknown: LossCase = { ...cases[0]!, loss: 'tripletLoss' };
  expect(() => readyLoss(unknown, seed)).toThrow(
    "The reference contains the unknown loss 'tripletLoss'. The known losses are ntXent, ntXentWithQueue, dcl,",
  );
  const inputs = inputsOf(unknown, 0, seed);
  expect(Object.values(inputs).map(({ shape }) => shape)).toEqual([
    [12, 32],
    [12, 32],
  ]);
  for (const input of Object.values(inputs)) input.dispose();
});
