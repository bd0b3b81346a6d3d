import * as tf from '@tensorflow/tfjs-core';
import { liveCounts, start } from '../../src/engine';
import * as losses from '../../src/losses';
import { replayRanks } from '../ranks/replayed-ranks';
import { drawnViews, everyLoss } from './every-loss';
import type { LossOfViews } from './every-loss';

beforeAll(() => start({ accelerator: 'cpu' }));

const SAMPLES = 8;

interface RankResult {
  readonly loss: number;
  /** By view and row. */
  readonly gradients: readonly (readonly (readonly number[])[])[];
  readonly state: readonly number[];
}

/** Loss, gradients and state of a rank that has every `worldSize`th sample. */
function stepOf(
  { views, student, make }: LossOfViews,
  features: number,
  rank: number,
  worldSize: number,
  factor = 1,
): RankResult {
  const places = Array.from({ length: SAMPLES / worldSize }, (_, row) => row * worldSize + rank);
  const loss = make(features);
  try {
    return tf.tidy(() => {
      const own = drawnViews(views, SAMPLES, features).map((view) => tf.gather(view, places));
      const { value, grads } = tf
        .engine()
        .gradients(() => tf.mul<tf.Scalar>(loss.run(own), factor), own.slice(student));
      return {
        loss: value.dataSync()[0]!,
        gradients: grads.map((gradient) => gradient.arraySync() as number[][]),
        state: loss.state === null ? [] : [...loss.state.dataSync()],
      };
    });
  } finally {
    loss.dispose();
  }
}

/** What the ranks' mean update is made of: the mean of losses, and of gradients at their samples. */
function together(results: readonly RankResult[]): Omit<RankResult, 'state'> {
  const worldSize = results.length;
  const [{ gradients }] = results as [RankResult];
  return {
    loss: results.reduce((sum, { loss }) => sum + loss, 0) / worldSize,
    gradients: gradients.map((_, view) =>
      Array.from({ length: SAMPLES }, (__, sample) =>
        results[sample % worldSize]!.gradients[view]![Math.floor(sample / worldSize)]!.map(
          (value) => value / worldSize,
        ),
      ),
    ),
  };
}

function expectClose(values: readonly number[], wanted: readonly number[]): void {
  expect(values).toHaveLength(wanted.length);
  const largest = Math.max(...wanted.map(Math.abs));
  const worst = Math.max(...wanted.map((value, i) => Math.abs(values[i]! - value)));
  // NaN is not below.
  expect(worst <= 2e-5 * largest).toBe(true);
}

const flat = ({ gradients }: Pick<RankResult, 'gradients'>): number[] => gradients.flat(2);

// More samples than features, and fewer: some losses compute them in another way.
describe.each([3, 24])('with %i features', (features) => {
  it.each(everyLoss.map((loss) => [loss.name, loss] as const))(
    '%s has the value, gradients and state of one rank on two and four',
    (_, loss) => {
      const whole = stepOf(loss, features, 0, 1);
      expect(flat(whole).some((value) => Math.abs(value) > 1e-4)).toBe(true);
      for (const worldSize of [2, 4]) {
        const results = replayRanks(worldSize, (rank) => stepOf(loss, features, rank, worldSize));
        const mean = together(results);
        expectClose([mean.loss], [whole.loss]);
        expectClose(flat(mean), flat(whole));
        for (const { state } of results) expectClose(state, whole.state);
        for (const { state } of results) expect(state).toEqual(results[0]!.state);
      }
    },
  );

  it.each(
    everyLoss
      .filter(({ name }) => ['barlowTwins', 'vicReg'].includes(name))
      .map((loss) => [loss.name, loss] as const),
  )('%s that counts more on one rank than on another has the mean gradient', (_, loss) => {
    // What all ranks have alike is weighted alike; so here only the sum of the factors counts.
    const shared: LossOfViews = loss.name === 'vicReg' ? withoutInvariance : loss;
    const whole = stepOf(shared, features, 0, 1, 2);
    const results = replayRanks(2, (rank) => stepOf(shared, features, rank, 2, 1 + 2 * rank));
    const mean = together(results);
    expectClose([mean.loss], [whole.loss]);
    expectClose(flat(mean), flat(whole));
  });
});

const withoutInvariance: LossOfViews = {
  name: 'vicReg',
  views: 2,
  student: 0,
  make: () => ({
    run: ([a, b]) => losses.vicReg(a!, b!, { lambda: 0 }),
    state: null,
    dispose: () => undefined,
  }),
};

it('does not look at other ranks if configured so', () => {
  const [a, b] = drawnViews(2, SAMPLES, 3) as [tf.Tensor2D, tf.Tensor2D];
  const alone: readonly ((x: tf.Tensor2D, y: tf.Tensor2D) => tf.Scalar)[] = [
    (x, y) => losses.ntXent(x, y, { gather: false }),
    (x, y) => losses.dclw(x, y, { gather: false }),
    (x, y) => losses.barlowTwins(x, y, { gather: false }),
    (x, y) => losses.vicReg(x, y, { gather: false }),
    (x) => losses.koLeo(x, { gather: false }),
    (x, y) => losses.swaV([x], [y], { gather: false }),
  ];
  for (const loss of alone) {
    const values = [1, 2].map((worldSize) =>
      replayRanks(worldSize, (rank) =>
        // Rank 1 has other samples.
        tf.tidy(() => loss(tf.mul(a, rank + 1), tf.add(b, rank)).dataSync()[0]!),
      ),
    );
    expect(values[1]![0]).toBe(values[0]![0]);
  }
  tf.dispose([a, b]);
});

it.each(everyLoss.map((loss) => [loss.name, loss] as const))(
  '%s leaves no tensor behind but the loss',
  (_, { views, make }) => {
    const own = drawnViews(views, 4, 3);
    const loss = make(3);
    loss.run(own).dispose();
    const before = liveCounts();
    loss.run(own).dispose();
    tf.tidy(() => void tf.engine().gradients(() => loss.run(own), own.slice(-1)));
    expect(liveCounts()).toEqual(before);
    loss.dispose();
    tf.dispose(own);
  },
);
