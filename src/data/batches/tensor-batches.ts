import * as tf from '@tensorflow/tfjs-core';
import type { BatchSource, BatchesScope } from '../../contracts';
import { FulgurError } from '../../errors';
import { Sampler } from '../loader';
import { notOneBatch } from '../loader/loader-errors';
import { shareOf } from '../loader/share';

/** Tensors by name, whose first dimension is that of the samples. */
export type SampleTensors<Names extends PropertyKey = string> = Readonly<Record<Names, tf.Tensor>>;

/** The part of a scope that determines how samples form batches. */
export type BatchingRule = Pick<
  BatchesScope,
  'seed' | 'rank' | 'worldSize' | 'batchSize' | 'shuffle' | 'dropLast' | 'pad'
>;

/**
 * Returns batches of tensors that fit in memory: rows of each, `[batch, ...]`, under the same names. Like PyTorch's
 * `TensorDataset` behind a `DataLoader`: shuffled each epoch if the scope reports it, and distributed over ranks as by its
 * `DistributedSampler`. The order depends on seed and epoch alone, so a fit can be resumed anywhere.
 *
 * The source takes ownership of the tensors and disposes them when it is closed; those of a batch when the next one is
 * requested.
 *
 * @example tensorBatches({ x: tf.tensor2d(points), y: tf.tensor1d(labels, 'int32') }, scope)
 * @throws FulgurError `data` for tensors of different lengths, or too few samples for one batch.
 */
export function tensorBatches<B extends SampleTensors<keyof B>>(
  tensors: B,
  rule: BatchingRule,
): BatchSource<B> {
  const length = lengthOf(tensors);
  const { batchSize, dropLast, worldSize } = rule;
  const { samples, batches, groupBatches } = shareOf({ ...rule, length });
  if (groupBatches === 0) {
    throw notOneBatch('tensorBatches was given', { length, batchSize, dropLast, worldSize }, 'samples');
  }
  const sampler = new Sampler({ ...rule, length });
  return {
    batchesPerEpoch: groupBatches,
    samples,
    samplesOverall: length,
    async *epoch(epoch, { startBatch = 0, limit = Infinity } = {}) {
      const order = Int32Array.from(sampler.order(epoch));
      for (let batch = startBatch; batch < Math.min(batches, startBatch + limit); batch++) {
        const made = rowsOf(tensors, order.slice(batch * batchSize, (batch + 1) * batchSize));
        try {
          yield await Promise.resolve(made);
        } finally {
          tf.dispose({ ...made });
        }
      }
    },
    close: () => {
      tf.dispose({ ...tensors });
      return Promise.resolve();
    },
  };
}

/** Gathers rows of each tensor, under the same names. */
function rowsOf<B extends SampleTensors<keyof B>>(tensors: B, rows: Int32Array): B {
  return tf.tidy(() => {
    const indices = tf.tensor1d(rows, 'int32');
    const made: Record<string, tf.Tensor> = {};
    for (const [name, tensor] of Object.entries<tf.Tensor>({ ...tensors }))
      made[name] = tf.gather(tensor, indices);
    return made as B & tf.TensorContainer;
  });
}

function lengthOf(tensors: SampleTensors): number {
  const lengths = new Set(Object.values(tensors).map(({ shape }) => shape[0]));
  const [length] = lengths;
  if (length !== undefined && lengths.size === 1) return length;
  const shapes = Object.entries(tensors).map(([name, { shape }]) => `${name} [${shape.join(', ')}]`);
  throw new FulgurError('data', {
    what: `tensorBatches was given ${shapes.length === 0 ? 'no tensor' : `tensors of different lengths: ${shapes.join(', ')}`}.`,
    fix: 'Give tensors whose first dimension is the number of samples.',
  });
}
