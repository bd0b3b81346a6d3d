import type { EvaluationData, ModelAccess } from '../../src';

/** The features of a split's images, each row of length 1, and their classes. */
export interface FeatureTable {
  /** `[samples, width]`, row by row. */
  readonly features: Float32Array;
  readonly labels: Int32Array;
  readonly width: number;
}

export interface EmbedOptions {
  readonly batchSize: number;
  readonly limit?: number;
}

/** Embeds a split's images and scales each feature to length 1, as lightly's classifier does. */
export async function embedSplit(
  model: ModelAccess,
  data: EvaluationData,
  split: 'train' | 'test',
  options: EmbedOptions,
): Promise<FeatureTable> {
  const source = await data.open(split, options);
  try {
    const parts: Float32Array[] = [];
    const labels: number[] = [];
    let width = 0;
    for await (const batch of source.epoch(0)) {
      labels.push(...(await batch.labels.data()));
      const embedded = await model.embed(batch);
      width = embedded.width;
      parts.push(normalisedRows(embedded.features, width));
    }
    return { features: joined(parts), labels: Int32Array.from(labels), width };
  } finally {
    await source.close();
  }
}

function normalisedRows(features: Float32Array, width: number): Float32Array {
  const rows = features.slice();
  for (let start = 0; start < rows.length; start += width) {
    const row = rows.subarray(start, start + width);
    // PyTorch's F.normalize has the same floor for rows of zeros.
    const length = Math.max(Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)), 1e-12);
    row.forEach((value, i) => (row[i] = value / length));
  }
  return rows;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
