import {
  AlignmentUniformity,
  alignment,
  alignmentUniformity,
  uniformity,
} from '../../../plugins/alignment-uniformity';
import { compile, liveCounts, nn, start, tf } from '../../../src';
import type { Ranks, StepContext } from '../../../src';
import { messageOf } from '../fakes/run';
import reference from './data/alignment-uniformity.json';

beforeAll(() => start());

type Case = (typeof reference.cases)[number];

const viewsOf = ({ views, shape }: Case): tf.Tensor2D[] =>
  views.map((values) => tf.tensor2d(values, shape as [number, number]));

function setUp(options: Partial<Parameters<typeof alignmentUniformity>[0]> = {}) {
  const { options: settings } = alignmentUniformity({ watch: 'z', ...options });
  const plugin = new AlignmentUniformity({ alpha: 2, t: 2, ...(settings as object) } as never);
  /** One trace: the values that are logged, by name; of one name their mean. */
  const step = (views: readonly tf.Tensor2D[]): Record<string, tf.Scalar> => {
    const logged: Record<string, tf.Scalar[]> = {};
    const context: StepContext = {
      log: (name, value) => (logged[name] = [...(logged[name] ?? []), value]),
    };
    for (const z of views) plugin.onAfterForward({ z }, context);
    plugin.onBeforeBackward(tf.scalar(0), context);
    return Object.fromEntries(Object.entries(logged).map(([name, values]) => [name, nn.meanOf(values)]));
  };
  return { step };
}

describe('alignment and uniformity', () => {
  it.each(reference.cases)("of $name are PyTorch's, compiled and operation by operation", async (one) => {
    const views = viewsOf(one);
    for (const eager of [false, true]) {
      const { step } = setUp();
      const run = compile((inputs: tf.Tensor2D[]) => step(inputs), { eager });
      const before = liveCounts().tensors;
      const { z_alignment, z_uniformity } = await run(views);
      expect(z_alignment).toBeCloseTo(one.alignment, 5);
      expect(z_uniformity).toBeCloseTo(one.uniformity, 5);
      expect(liveCounts().tensors).toBe(before);
      run.dispose();
    }
    tf.dispose(views);
  });

  it.each(reference.cases)("with another power and sharpness are PyTorch's for $name", (one) => {
    tf.tidy(() => {
      const { z_alignment, z_uniformity } = setUp({ alpha: 1, t: 3 }).step(viewsOf(one));
      expect(z_alignment?.dataSync()[0]).toBeCloseTo(one.alignmentAlpha1, 5);
      expect(z_uniformity?.dataSync()[0]).toBeCloseTo(one.uniformityT3, 5);
    });
  });

  it('are both 0 if all vectors are equal, and uniformity is NaN for a single vector', () => {
    tf.tidy(() => {
      const same = tf.ones<tf.Rank.R2>([4, 3]);
      expect(alignment(same, same).dataSync()[0]).toBeCloseTo(0, 6);
      expect(uniformity(same).dataSync()[0]).toBeCloseTo(0, 5);
      expect(uniformity(tf.ones([1, 3])).dataSync()[0]).toBeNaN();
    });
  });

  it('on two ranks equal those of one rank with the whole batch', () => {
    tf.tidy(() => {
      const one = reference.cases[0] as Case;
      const whole = viewsOf(one);
      const parts = [0, 1].map((rank) =>
        whole.map((view) => tf.gather(view, tf.range(rank, one.shape[0] ?? 0, 2, 'int32'))),
      );
      // What the other rank would send: its rows of the view whose turn it is.
      const onRanks = parts.map((own, rank) => {
        let turn = 0;
        const group = {
          rank,
          worldSize: 2,
          allReduce: (summed: tf.Tensor) => {
            const other = parts[1 - rank]?.[turn++] as tf.Tensor2D;
            return tf.add(summed, spreadRows(other, 1 - rank));
          },
        };
        return nn.withRanks(group as unknown as Ranks, () => setUp().step(own));
      });
      for (const logged of onRanks) {
        expect(logged['z_uniformity']?.dataSync()[0]).toBeCloseTo(one.uniformity, 5);
      }
      const mean = onRanks.reduce((sum, { z_alignment }) => sum + (z_alignment?.dataSync()[0] ?? NaN), 0) / 2;
      expect(mean).toBeCloseTo(one.alignment, 5);
    });
  });

  it('need two views of the same samples', async () => {
    const { step } = setUp();
    const fix = 'Call this.forward(view) for two or more views, with the same samples in the same order.';
    const views = [tf.zeros<tf.Rank.R2>([4, 3]), tf.zeros<tf.Rank.R2>([2, 3])] as const;
    expect(await messageOf(() => step(views.slice(0, 1)))).toBe(
      `alignmentUniformity() compares 'z' of views of the same images, but forward() returned [4, 3] in a step. ${fix}`,
    );
    expect(await messageOf(() => step(views))).toBe(
      `alignmentUniformity() compares 'z' of views of the same images, but forward() returned [4, 3], [2, 3] in a step. ${fix}`,
    );
    tf.dispose([...views]);
  });
});

/** A rank's rows at their places among those of two ranks: `[batch, 2, d]`. */
function spreadRows(rows: tf.Tensor2D, rank: number): tf.Tensor {
  const empty = tf.zerosLike(rows);
  return tf.stack(rank === 0 ? [rows, empty] : [empty, rows], 1);
}
