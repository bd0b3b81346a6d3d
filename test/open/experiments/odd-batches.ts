/** Batches that break one part of their contract each, as `--data.path` names it. */
import { Experiment, TrainingModule, defineBatches, nn, optim, run, tf } from '../../../src';
import type { BatchSource, BatchesScope } from '../../../src';
import { checkpointing } from '../../../plugins/checkpointing';
import { dataParallel } from '../../../plugins/data-parallel';

interface Ones {
  readonly x: tf.Tensor2D;
}

function ones({ path, rank, batchSize }: BatchesScope): BatchSource<Ones> {
  const batchesPerEpoch = path === 'uneven' ? 4 + rank : 4;
  const given = path === 'short' ? 3 : batchesPerEpoch;
  return {
    batchesPerEpoch,
    samples: batchesPerEpoch * batchSize,
    async *epoch(_, { startBatch = 0 } = {}) {
      for (let batch = path === 'forgetful' ? 0 : startBatch; batch < given; batch++) {
        const x = tf.ones<tf.Rank.R2>([batchSize, 2]);
        yield await Promise.resolve({ x });
        x.dispose();
      }
    },
    close: () => Promise.resolve(),
  };
}

const odd = defineBatches({
  name: 'odd',
  open: (_, scope) => {
    if (scope.path === 'closed') throw new Error('the archive is locked');
    return { train: ones(scope), ...(scope.path === 'bare' ? {} : { heldOut: (__, held) => ones(held) }) };
  },
});

@Experiment({
  name: 'odd-batches',
  trainer: { maxEpochs: 1, enableProgressBar: false },
  data: { batches: odd(), batchSize: 2 },
  plugins: [checkpointing({ everyNSteps: 1, keepLast: 'all' }), dataParallel()],
})
export class OddBatches extends TrainingModule<Ones, 'val'> {
  readonly layer = new nn.Linear(2, 1);

  forward(x: tf.Tensor2D) {
    return this.layer.forward(x);
  }

  override trainingStep({ x }: Ones) {
    return tf.mean<tf.Scalar>(tf.square(this.forward(x)));
  }

  override validationStep({ x }: Ones) {
    this.log('val', tf.mean<tf.Scalar>(this.forward(x)));
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.1 });
  }
}

if (require.main === module) void run(OddBatches);
