import { compile, nn, ranks, start, tf } from '../../src';
import { FakeRanks } from '../ranks/fake-ranks';

beforeAll(() => start({ accelerator: 'cpu' }));

it('has one rank outside of a step', () => {
  expect([ranks.rank, ranks.worldSize]).toEqual([0, 1]);
  tf.tidy(() => {
    expect(ranks.allGather(tf.tensor2d([[1, 2]])).arraySync()).toEqual([[1, 2]]);
  });
});

it("puts a rank's rows where the sampler took them from, compiled and eager", async () => {
  const group = new FakeRanks(2, 1);
  for (const eager of [false, true]) {
    const gather = compile((rows: tf.Tensor2D) => nn.withRanks(group, () => ranks.allGather(rows)), {
      name: 'gather',
      eager,
    });
    const rows = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    const all = await gather(rows);
    // The fake's sum is twice its own part.
    expect(all.arraySync()).toEqual([
      [0, 0],
      [2, 4],
      [0, 0],
      [6, 8],
    ]);
    tf.dispose([rows, all]);
    gather.dispose();
  }
});
