import * as tf from '@tensorflow/tfjs-core';
import type { TaskReport } from '../contracts';
import { RandomStream, compile, permutation } from '../engine';
import { randomPosition, setRandomPosition } from '../nn';
import type { Linear } from '../nn';
import { schedules, sgd } from '../optim';
import type { FeatureTable } from './feature-table';

/** The fixed settings of the probe, after lightly's `LinearClassifier`; recorded with its figures. */
export const probeRule = { optimizer: 'sgd', momentum: 0.9, weightDecay: 0, schedule: 'cosine' } as const;

/** The last learning rate of lightly's `CosineWarmupScheduler`, as a fraction of the first. */
export const lastRate = 1e-3;
/** The number of logits in memory at once, 64 MiB of them. */
const blockElements = 1 << 24;

/** Options for training a classifier on features. */
export interface ClassifierTraining {
  readonly classes: number;
  /** The rows of the table for each update, in order; all of the same length, so that one trace serves them all. */
  readonly batches: readonly Int32Array[];
  /** The learning rate of the first update; it decreases along half a cosine to a thousandth of that. */
  readonly learningRate: number;
}

/** Yields whole batches of `batchSize` rows, in a new order each epoch; the rest of an epoch is left out. */
export function shuffledBatches(
  samples: number,
  { epochs, batchSize, seed }: { readonly epochs: number; readonly batchSize: number; readonly seed: number },
): Int32Array[] {
  const perEpoch = Math.floor(samples / batchSize);
  return Array.from({ length: epochs }, (_, epoch) => {
    const order = Int32Array.from(permutation(samples, new RandomStream(seed, 'evaluation', [epoch, 1])));
    return Array.from({ length: perEpoch }, (__, i) => order.subarray(i * batchSize, (i + 1) * batchSize));
  }).flat();
}

/**
 * Trains a linear layer `[width, classes]` with softmax cross entropy, from its current weights, and returns the loss
 * of each update. Nothing outside the layer changes: the random position of layers is restored.
 */
export async function trainClassifier(
  classifier: Linear,
  { features, labels, width }: FeatureTable,
  { classes, batches, learningRate }: ClassifierTraining,
  report?: TaskReport,
): Promise<number[]> {
  const position = randomPosition();
  const { momentum, weightDecay } = probeRule;
  const schedule = schedules.cosine({
    learningRate,
    totalSteps: batches.length,
    end: lastRate * learningRate,
  });
  const optimizer = sgd(classifier.parameters(), { learningRate: schedule, momentum, weightDecay });
  const table = { x: tf.tensor2d(features, [labels.length, width]), y: tf.tensor1d(labels, 'int32') };
  const update = compile(
    (x: tf.Tensor2D, y: tf.Tensor1D, rows: tf.Tensor1D): tf.Scalar =>
      optimizer.minimize(() => {
        const logits = classifier.forward(tf.gather(x, rows));
        const targets = tf.oneHot(tf.gather(y, rows), classes);
        return tf.losses.softmaxCrossEntropy(targets, logits).asScalar();
      }),
    { name: 'linear probe' },
  );
  const losses: number[] = [];
  try {
    for (const batch of batches) {
      const rows = tf.tensor1d(batch, 'int32');
      try {
        losses.push(await update(table.x, table.y, rows));
      } finally {
        rows.dispose();
      }
      await report?.(losses.length, batches.length);
    }
    return losses;
  } finally {
    update.dispose();
    optimizer.dispose();
    tf.dispose(table);
    setRandomPosition(position);
  }
}

/** Returns the logits of all rows of a table: `[samples, classes]`, row by row. */
export async function classify(
  classifier: Linear,
  { features, labels, width }: FeatureTable,
  classes: number,
): Promise<Float32Array> {
  const logits = new Float32Array(labels.length * classes);
  const rowsPerBlock = Math.max(1, Math.floor(blockElements / Math.max(width, classes)));
  for (let start = 0; start < labels.length; start += rowsPerBlock) {
    const end = Math.min(start + rowsPerBlock, labels.length);
    const block = tf.tidy(() =>
      classifier.forward(tf.tensor2d(features.subarray(start * width, end * width), [end - start, width])),
    );
    try {
      logits.set(await block.data(), start * classes);
    } finally {
      block.dispose();
    }
  }
  return logits;
}

/**
 * Returns the fraction of rows whose label is among the k highest logits. Of equal logits the lower class counts as
 * higher.
 *
 * Source: lightly's `mean_topk_accuracy`.
 *
 * @param logits `[samples, classes]`, row by row.
 */
export function topKAccuracy(logits: Float32Array, labels: Int32Array, k: number): number {
  const classes = logits.length / labels.length;
  const right = labels.reduce((sum, label, row) => {
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    const own = scores[label] ?? -Infinity;
    const higher = scores.reduce(
      (count, score, i) => count + (score > own || (score === own && i < label) ? 1 : 0),
      0,
    );
    return sum + (higher < k ? 1 : 0);
  }, 0);
  return right / labels.length;
}
