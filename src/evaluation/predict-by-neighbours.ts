import * as tf from '@tensorflow/tfjs-core';
import type { FeatureTable } from './feature-table';

export interface NeighbourRule {
  /** Neighbours that vote; at most the bank's size. */
  readonly k: number;
  readonly temperature: number;
  readonly classes: number;
}

/** Similarities held at once, 64 MiB of them. */
const blockElements = 1 << 24;

/**
 * Class of each query by the weighted vote of its k nearest rows of the bank: lightly's `knn_predict`, first column.
 * Rows of both tables have length 1. Of classes with equal votes the lowest wins.
 */
export async function predictByNeighbours(
  bank: FeatureTable,
  queries: FeatureTable,
  rule: NeighbourRule,
): Promise<Int32Array> {
  const bankRows = tf.tensor2d(bank.features, [bank.labels.length, bank.width]);
  const predictions = new Int32Array(queries.labels.length);
  const rowsPerBlock = Math.max(1, Math.floor(blockElements / bank.labels.length));
  try {
    for (let start = 0; start < predictions.length; start += rowsPerBlock) {
      const end = Math.min(start + rowsPerBlock, predictions.length);
      const rows = queries.features.subarray(start * queries.width, end * queries.width);
      predictions.set(await predictBlock(bankRows, bank.labels, rows, rule), start);
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
  { k, temperature, classes }: NeighbourRule,
): Promise<Int32Array> {
  const { values, indices } = tf.tidy(() => {
    const queries = tf.tensor2d(queryRows, [queryRows.length / bankRows.shape[1], bankRows.shape[1]]);
    return tf.topk(tf.matMul(queries, bankRows, false, true), k);
  });
  const [similarities, neighbours] = await Promise.all([values.data(), indices.data()]);
  tf.dispose([values, indices]);
  return Int32Array.from({ length: similarities.length / k }, (_, query) => {
    const votes = new Float64Array(classes);
    for (let i = query * k; i < (query + 1) * k; i++) {
      const label = bankLabels[neighbours[i] ?? 0] ?? 0;
      votes[label] = (votes[label] ?? 0) + Math.exp((similarities[i] ?? 0) / temperature);
    }
    return votes.indexOf(Math.max(...votes));
  });
}
