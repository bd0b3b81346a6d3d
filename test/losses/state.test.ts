import * as tf from '@tensorflow/tfjs-core';
import { compile, start, stepInput } from '../../src/engine';
import * as losses from '../../src/losses';
import { whileEvaluating } from '../../src/nn';
import { drawnViews, everyLoss } from './every-loss';

beforeAll(() => start({ accelerator: 'cpu' }));

const keeping = everyLoss.filter(({ name }) => ['TiCo', 'Dino'].includes(name));

it.each(keeping.map((loss) => [loss.name, loss] as const))(
  '%s keeps what it has seen in training, and nothing of an evaluation',
  async (_, { views, make }) => {
    for (const eager of [false, true]) {
      const loss = make(5);
      const given = drawnViews(views, 4, 5);
      const seen = (): number[] => [...loss.state!.dataSync()];
      const train = compile((inputs: tf.Tensor2D[]) => loss.run(inputs), { name: 'train', eager });
      const judge = compile((inputs: tf.Tensor2D[]) => whileEvaluating(() => loss.run(inputs)), {
        name: 'judge',
        eager,
      });
      const first = await judge(given);
      expect(seen().every((value) => value === 0)).toBe(true);
      expect(await train(given)).toBeCloseTo(first, 5);
      const after = seen();
      expect(after.some((value) => value !== 0)).toBe(true);
      // It uses what it kept.
      expect(Math.abs((await judge(given)) - first)).toBeGreaterThan(1e-5);
      expect(seen()).toEqual(after);
      train.dispose();
      judge.dispose();
      loss.dispose();
      tf.dispose(given);
    }
  },
);

it("has lightly's names in the state dict", () => {
  const dino = new losses.Dino({ outFeatures: 5 });
  const tiCo = new losses.TiCo({ features: 5 });
  const shapes = [dino, tiCo].map((loss) =>
    [...loss.stateDict()].map(([name, { shape }]) => [name, shape] as const),
  );
  expect(shapes).toEqual([[['center', [1, 1, 5]]], [['covariance', [5, 5]]]]);
  expect([dino, tiCo].flatMap((loss) => [...loss.parameters()])).toEqual([]);
  dino.dispose();
  tiCo.dispose();
});

it('takes a temperature that changes from step to step', async () => {
  const given = drawnViews(2, 4, 5) as [tf.Tensor2D, tf.Tensor2D];
  let temperature = 0.5;
  const step = compile(([a, b]: [tf.Tensor2D, tf.Tensor2D]) => {
    const now = stepInput(() => temperature);
    const swaV = losses.swaV([a, b], [], { temperature: now });
    return { ntXent: losses.ntXent(a, b, { temperature: now }), swaV };
  });
  for (const value of [0.5, 0.1]) {
    temperature = value;
    const { ntXent, swaV } = await step(given);
    tf.tidy(() => {
      const [a, b] = given;
      expect(ntXent).toBeCloseTo(losses.ntXent(a, b, { temperature }).dataSync()[0]!, 4);
      expect(swaV).toBeCloseTo(losses.swaV([a, b], [], { temperature }).dataSync()[0]!, 4);
    });
  }
  expect(step.traces).toBe(1);
  step.dispose();
  tf.dispose(given);
});

it("takes the teacher's temperature of a call", () => {
  tf.tidy(() => {
    const [teacher, ...student] = drawnViews(3, 4, 5) as [tf.Tensor2D, ...tf.Tensor2D[]];
    const lossAt = (teacherTemp: number, given?: number | tf.Scalar): number => {
      const loss = new losses.Dino({ outFeatures: 5, teacherTemp });
      const options = given === undefined ? {} : { teacherTemp: given };
      const [value] = loss.forward([teacher], student, options).dataSync();
      loss.dispose();
      return value!;
    };
    expect(lossAt(0.04, 0.5)).toBe(lossAt(0.5));
    expect(lossAt(0.04, tf.scalar(0.5))).toBe(lossAt(0.5));
    expect(lossAt(0.04)).not.toBe(lossAt(0.5));
  });
});

it('gives equal rows the same distance compiled and eager', async () => {
  const rows = tf.tensor2d([[0.5], [0.7], [-0.3], [1.7]]);
  const values = [];
  for (const eager of [false, true]) {
    const step = compile((x: tf.Tensor2D) => losses.koLeo(x), { name: 'koLeo', eager });
    values.push(await step(rows));
    step.dispose();
  }
  // Three rows point the same way, 1e-8 apart by definition, and the fourth to the other side.
  const wanted = -(3 * Math.log(2e-8) + Math.log(2)) / 4;
  for (const value of values) expect(value).toBeCloseTo(wanted, 4);
  rows.dispose();
});

it('distributes samples by scores whose exponentials would overflow', () => {
  tf.tidy(() => {
    const scores = tf.mul<tf.Tensor2D>(tf.eye(4), 1000);
    // Each sample has a prototype of its own, which every other view predicts.
    expect(losses.swaV([scores, scores], [scores]).dataSync()[0]).toBe(0);
  });
});
