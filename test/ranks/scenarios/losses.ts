import * as tf from '@tensorflow/tfjs-core';
import { compile } from '../../../src/engine';
import * as losses from '../../../src/losses';
import * as nn from '../../../src/nn';
import { drawnViews, everyLoss } from '../../losses/every-loss';
import type { PointBatch } from '../../trainer/fakes/points';
import { Validated, trainTogether } from '../train-together';
import { scenario } from './scenario';

/** A regression with a loss that looks at the samples of all ranks, of which each gives `rows`. */
class Contrasted extends Validated {
  constructor(private readonly rows: number) {
    super();
  }

  override trainingStep(batch: PointBatch): tf.Scalar {
    const points = tf.slice2d(batch.points, [0, 0], [this.rows, 3]);
    const [a, b] = [this.forward(points), this.forward(tf.add(points, 0.1))];
    return tf.add(super.trainingStep(batch), losses.ntXent(a, b));
  }
}

scenario(async (ranks) => {
  const { rank, worldSize } = ranks;
  const [samples, features] = [8, 24];
  const own = Array.from({ length: samples / worldSize }, (_, row) => row * worldSize + rank);
  const results: Record<string, unknown> = {};
  for (const eager of [false, true]) {
    for (const { name, views, student, make } of everyLoss) {
      const loss = make(features);
      const given = drawnViews(views, samples, features).map((view) => tf.gather(view, own));
      const step = compile(
        (inputs: tf.Tensor2D[]) => {
          const { value, grads } = tf
            .engine()
            .gradients(() => nn.withRanks(ranks, () => loss.run(inputs)), inputs.slice(student));
          return { loss: value, gradients: grads };
        },
        { name, eager },
      );
      const { loss: value, gradients } = await step(given);
      results[`${name}, ${eager ? 'eager' : 'compiled'}`] = {
        loss: value,
        gradients: gradients.map((gradient) => gradient.arraySync()),
        state: loss.state === null ? [] : [...loss.state.dataSync()],
      };
    }
  }
  const differing = [];
  for (const accumulateGradBatches of [1, 2]) {
    differing.push(
      await trainTogether(ranks, {
        options: { maxEpochs: 1, accumulateGradBatches },
        module: () => new Contrasted(rank === 0 ? 4 : 3),
      }),
    );
  }
  return { results, differing };
});
