import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { wholeNumber } from '../contracts';
import type { EvaluationData, ModelAccess, TaskReport } from '../contracts';
import { embedSplit, fewerImages, hasFiniteFeatures, unitRows } from './feature-table';
import type { FeatureTable } from './feature-table';

/** Options of the assessment of features by nearest neighbours; defaults as in lightly's benchmarks. */
export const knnSchema = z.strictObject({
  k: wholeNumber('neighbours').default(200).describe('number of neighbours that vote'),
  temperature: z
    .number()
    .positive('must be above 0')
    .default(0.1)
    .describe('the lower, the more the nearest neighbours count: weight exp(similarity / temperature)'),
  batchSize: wholeNumber('images').default(256).describe('number of images to embed at once'),
  bankLimit: fewerImages().describe(
    'maximum number of training images to compare with, spread evenly; null for all',
  ),
  queryLimit: fewerImages().describe(
    'maximum number of held-out images to classify, spread evenly; null for all',
  ),
});

/** The same options, with all defaults filled in. */
export interface KnnOptions extends Readonly<z.output<typeof knnSchema>> {}

/** A kNN accuracy, and everything on which it depends besides the weights. */
export interface KnnResult {
  /** The fraction of held-out images that are classified correctly; `null` if the features are not finite. */
  readonly accuracy: number | null;
  /** The number of neighbours that voted: at most as many as the bank has. */
  readonly k: number;
  readonly temperature: number;
  readonly classes: number;
  readonly data: string;
  readonly bankSamples: number;
  readonly querySamples: number;
  readonly featureWidth: number;
}

/**
 * Classifies held-out images by a vote of the nearest training images, on plain images and features of length 1:
 * lightly's `knn_predict` (Wu et al. 2018, InstDisc). No tensors are left.
 *
 * @param report receives the progress of each part of the work, and may end it by rejecting.
 * @throws FulgurError `data` for a split without images or labels; images without a label are left out of the other
 *   splits.
 */
export async function evaluateByNeighbours(
  model: ModelAccess,
  data: EvaluationData,
  options: KnnOptions,
  report?: TaskReport,
): Promise<KnnResult> {
  const { temperature, batchSize, bankLimit, queryLimit } = options;
  const embed = (split: 'train' | 'test', limit: number | null): Promise<FeatureTable> =>
    embedSplit(model, data, split, { batchSize, limit, labelled: true }, report);
  const bank = unitRows(await embed('train', bankLimit));
  const queries = unitRows(await embed('test', queryLimit));
  const rule = { k: Math.min(options.k, bank.labels.length), temperature, classes: data.classes };
  const finite = hasFiniteFeatures(bank) && hasFiniteFeatures(queries);
  return {
    accuracy: finite ? share(await predictByNeighbours(bank, queries, rule, report), queries.labels) : null,
    ...rule,
    data: data.name,
    bankSamples: bank.labels.length,
    querySamples: queries.labels.length,
    featureWidth: bank.width,
  };
}

function share(predictions: Int32Array, labels: Int32Array): number {
  const right = predictions.reduce((sum, prediction, i) => sum + (prediction === labels[i] ? 1 : 0), 0);
  return right / labels.length;
}

/** How neighbours vote for a class. */
export interface NeighbourRule {
  /** Returns the number of neighbours that vote; all rows of a bank that has fewer. */
  readonly k: number;
  readonly temperature: number;
  readonly classes: number;
}

/**
 * The number of similarities in memory at once, 16 MiB of them: a block takes a fraction of a second, in which no
 * signal is handled.
 */
const blockElements = 1 << 22;

/**
 * Returns the class of each query by the weighted vote of its k nearest rows of the bank: lightly's `knn_predict`,
 * first column. Rows of both tables have length 1. Of classes with equal votes the lowest wins.
 *
 * @param report receives the number of queries done, and may end the work by rejecting.
 */
export async function predictByNeighbours(
  bank: FeatureTable,
  queries: FeatureTable,
  rule: NeighbourRule,
  report?: TaskReport,
): Promise<Int32Array> {
  const bankRows = tf.tensor2d(bank.features, [bank.labels.length, bank.width]);
  const predictions = new Int32Array(queries.labels.length);
  const rowsPerBlock = Math.max(1, Math.floor(blockElements / bank.labels.length));
  try {
    for (let start = 0; start < predictions.length; start += rowsPerBlock) {
      const end = Math.min(start + rowsPerBlock, predictions.length);
      const rows = queries.features.subarray(start * queries.width, end * queries.width);
      predictions.set(await predictBlock(bankRows, bank.labels, rows, rule), start);
      await report?.(end, predictions.length);
    }
  } finally {
    bankRows.dispose();
  }
  return predictions;
}

async function predictBlock(
  bankRows: tf.Tensor2D,
  bankLabels: Int32Array,
  queryRows: Float32Array,
  { k: wanted, temperature, classes }: NeighbourRule,
): Promise<Int32Array> {
  const [bankSize, width] = bankRows.shape;
  const k = Math.min(wanted, bankSize);
  const { values, indices } = tf.tidy(() => {
    const queries = tf.tensor2d(queryRows, [queryRows.length / width, width]);
    return tf.topk(tf.matMul(queries, bankRows, false, true), k);
  });
  const [similarities, neighbours] = await Promise.all([values.data(), indices.data()]);
  tf.dispose([values, indices]);
  return Int32Array.from({ length: similarities.length / k }, (_, query) => {
    const votes = new Float64Array(classes);
    // The nearest row comes first. With its similarity subtracted no vote overflows, and the proportions are unchanged.
    const nearest = similarities[query * k] ?? 0;
    for (let i = query * k; i < (query + 1) * k; i++) {
      const label = bankLabels[neighbours[i] ?? 0] ?? 0;
      votes[label] = (votes[label] ?? 0) + Math.exp(((similarities[i] ?? 0) - nearest) / temperature);
    }
    return votes.reduce((best, vote, label) => (vote > (votes[best] ?? 0) ? label : best), 0);
  });
}
