import * as tf from '@tensorflow/tfjs-core';
import type { TaskReport } from '../contracts';
import type { FeatureTable } from './feature-table';

export interface NeighbourRule {
  /** Neighbours that vote; all rows of a bank that has fewer. */
  readonly k: number;
  readonly temperature: number;
  readonly classes: number;
}

/** Similarities held at once, 16 MiB of them: a block takes a fraction of a second, in which no signal is heard. */
const blockElements = 1 << 22;

/**
 * Class of each query by the weighted vote of its k nearest rows of the bank: lightly's `knn_predict`, first column.
 * Rows of both tables have length 1. Of classes with equal votes the lowest wins.
 *
 * @param report hears how many queries are done, and may end the work by rejecting.
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
    // The nearest comes first. With its similarity subtracted, no vote overflows, and the shares stay the same.
    const nearest = similarities[query * k] ?? 0;
    for (let i = query * k; i < (query + 1) * k; i++) {
      const label = bankLabels[neighbours[i] ?? 0] ?? 0;
      votes[label] = (votes[label] ?? 0) + Math.exp(((similarities[i] ?? 0) - nearest) / temperature);
    }
    return votes.reduce((best, vote, label) => (vote > (votes[best] ?? 0) ? label : best), 0);
  });
}
