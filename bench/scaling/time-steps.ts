import { averageGradients } from '../../plugins/data-parallel';
import { SyncBatchNorm } from '../../plugins/sync-bn';
import { RandomStream, compile, nn, optim, tf } from '../../src';
import type { Ranks } from '../../src';
import { FastSiam } from '../parity/fast-siam';

/** The data that ranks exchange in a step. */
export interface Exchanges {
  readonly gradients: boolean;
  readonly batchStatistics: boolean;
}

export interface StepShape {
  /** Number of samples of this rank. */
  readonly batch: number;
  readonly size: number;
  readonly steps: number;
}

const WARM_UP_STEPS = 2;
const BUCKET_BYTES = 25 * 2 ** 20;

/** Measures the seconds of each step of FastSiam's training on precomputed views, with the requested exchanges. */
export async function timeSteps(
  ranks: Ranks,
  { batch, size, steps }: StepShape,
  exchanges: Exchanges,
): Promise<number[]> {
  const model = new FastSiam();
  const optimizer = optim.sgd(model.parameters(), { learningRate: 0.06 });
  const statistics = exchanges.batchStatistics ? new SyncBatchNorm(ranks) : nn.localBatchStatistics;
  const views = [0, 1, 2, 3].map((view) => {
    const stream = new RandomStream(ranks.rank, 'view', [view]);
    const pixels = Float32Array.from({ length: batch * size * size * 3 }, () => stream.normal());
    return tf.tensor4d(pixels, [batch, size, size, 3]);
  });
  const step = compile(
    (inputs: tf.Tensor4D[]) => {
      const { loss, gradients } = optimizer.gradients(() =>
        model.loss(nn.withBatchStatistics(statistics, () => inputs.map((view) => model.forward(view)))),
      );
      optimizer.apply(exchanges.gradients ? averageGradients(ranks, gradients, BUCKET_BYTES) : gradients);
      return loss;
    },
    { name: 'step' },
  );
  const seconds: number[] = [];
  for (let index = 0; index < WARM_UP_STEPS + steps; index++) {
    // Without exchanges, ranks would drift apart, and one would have the machine to itself.
    await ranks.anyRank(false);
    const begin = performance.now();
    await step(views);
    if (index >= WARM_UP_STEPS) seconds.push((performance.now() - begin) / 1000);
  }
  step.dispose();
  optimizer.dispose();
  model.dispose();
  tf.dispose(views);
  return seconds;
}
