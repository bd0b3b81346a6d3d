import * as tf from '@tensorflow/tfjs-core';
import { compile, start } from '../../src/engine';
import * as losses from '../../src/losses';
import { drawnViews, everyLoss } from './every-loss';
import type { LossOfViews } from './every-loss';

beforeAll(() => start({ accelerator: 'cpu' }));

/** Loss and all gradients, each number that a step would see. */
async function numbersOf(
  { views, student, make }: LossOfViews,
  shape: readonly [samples: number, features: number],
  change: (view: tf.Tensor2D, index: number) => tf.Tensor,
): Promise<number[]> {
  const loss = make(shape[1]);
  const given = tf.tidy(() => drawnViews(views, ...shape).map((view, i) => change(view, i) as tf.Tensor2D));
  const step = compile((inputs: tf.Tensor2D[]) => {
    const { value, grads } = tf.engine().gradients(() => loss.run(inputs), inputs.slice(student));
    return { value: value, grads };
  });
  const { value, grads } = await step(given);
  const numbers = [value, ...grads.flatMap((gradient) => [...gradient.dataSync()])];
  step.dispose();
  loss.dispose();
  tf.dispose([given, grads]);
  return numbers;
}

const inputs: readonly (readonly [
  what: string,
  shape: readonly [number, number],
  change: (view: tf.Tensor2D, index: number) => tf.Tensor,
])[] = [
  ['rows of zeros', [4, 6], tf.zerosLike],
  ['one row of zeros', [4, 6], (view) => tf.mul(view, tf.tensor2d([[1], [0], [1], [1]]))],
  ['equal rows', [4, 6], (view) => tf.tile(tf.slice(view, [0, 0], [1, 6]), [4, 1])],
  ['equal views', [4, 6], () => tf.tidy(() => drawnViews(1, 4, 6)[0]!)],
  [
    'opposite views',
    [4, 6],
    (view, i) =>
      tf.mul(
        i % 2 === 0 ? 1 : -1,
        tf.tidy(() => drawnViews(1, ...view.shape)[0]!),
      ),
  ],
  ['one feature', [4, 1], (view) => view],
  ['two samples', [2, 6], (view) => view],
  ['two samples of one feature', [2, 1], (view) => view],
  ['large numbers', [4, 6], (view) => tf.mul(view, 1e4)],
  ['tiny numbers', [4, 6], (view) => tf.mul(view, 1e-20)],
];

describe.each(inputs)('for %s', (_, shape, change) => {
  it.each(everyLoss.map((loss) => [loss.name, loss] as const))(
    '%s is finite, and its gradients',
    async (__, loss) => {
      const numbers = await numbersOf(loss, shape, change);
      expect(numbers.filter((number) => !Number.isFinite(number))).toEqual([]);
    },
  );
});

describe('at a temperature of 0.001', () => {
  const temperature = 0.001;
  const cold: readonly LossOfViews[] = everyLoss.flatMap((loss) => {
    const run = {
      ntXent: (views: readonly tf.Tensor2D[]) => losses.ntXent(views[0]!, views[1]!, { temperature }),
      ntXentAgainst: (views: readonly tf.Tensor2D[]) =>
        losses.ntXentAgainst(views[0]!, views[1]!, views[1]!, { temperature }),
      dcl: (views: readonly tf.Tensor2D[]) => losses.dcl(views[0]!, views[1]!, { temperature }),
      dclw: (views: readonly tf.Tensor2D[]) =>
        losses.dclw(views[0]!, views[1]!, { temperature, sigma: temperature }),
      swaV: (views: readonly tf.Tensor2D[]) =>
        losses.swaV(views.slice(0, 2), views.slice(2), { temperature, sinkhornEpsilon: temperature }),
    }[loss.name];
    return run === undefined
      ? []
      : [{ ...loss, make: () => ({ run, state: null, dispose: () => undefined }) }];
  });

  it.each(cold.map((loss) => [loss.name, loss] as const))('%s is finite', async (_, loss) => {
    const numbers = await numbersOf(loss, [6, 4], (view) => view);
    expect(numbers.filter((number) => !Number.isFinite(number))).toEqual([]);
    expect(numbers.slice(1).some((number) => number !== 0)).toBe(true);
  });
});

it('takes the rows of a bank at any length', async () => {
  const { ntXentAgainst } = losses;
  const loss = compile(
    (query: tf.Tensor2D, keys: tf.Tensor2D, bank: tf.Tensor2D) => ntXentAgainst(query, keys, bank),
    { name: 'against a bank' },
  );
  const [query, keys, bank] = [1, 2, 3].map((seed) =>
    tf.randomNormal<tf.Rank.R2>([4, 5], 0, 1, 'float32', seed),
  ) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const longer = tf.mul<tf.Tensor2D>(bank, 7);
  const [one, other] = [await loss(query, keys, bank), await loss(query, keys, longer)];
  expect(other).toBeCloseTo(one, 5);
  loss.dispose();
  tf.dispose([query, keys, bank, longer]);
});
