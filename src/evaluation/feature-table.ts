import type { EvaluationData, ModelAccess, TaskReport } from '../contracts';
import { FulgurError } from '../errors';

/** The features of a split's images, and their classes. */
export interface FeatureTable {
  /** `[samples, width]`, row by row. */
  readonly features: Float32Array;
  readonly labels: Int32Array;
  readonly width: number;
}

export interface EmbedOptions {
  readonly batchSize: number;
  /** At most this many images, spread evenly; `null` for all. */
  readonly limit: number | null;
}

/**
 * Embeds a split's plain images, in data set order; the features are as the backbone gives them.
 *
 * @param report hears how many images are done, and may end the work by rejecting.
 * @throws FulgurError `data` for a split without images.
 */
export async function embedSplit(
  model: ModelAccess,
  data: EvaluationData,
  split: 'train' | 'test',
  { batchSize, limit }: EmbedOptions,
  report?: TaskReport,
): Promise<FeatureTable> {
  const source = await data.open(split, limit === null ? { batchSize } : { batchSize, limit });
  try {
    const parts: Float32Array[] = [];
    const labels: number[] = [];
    let width = 0;
    for await (const batch of source.epoch(0)) {
      labels.push(...(await batch.labels.data()));
      const embedded = await model.embed(batch);
      width = embedded.width;
      parts.push(embedded.features);
      await report?.(labels.length, source.samples);
    }
    if (labels.length === 0) throw nothingToEmbed(split, data.name);
    return { features: joined(parts), labels: Int32Array.from(labels), width };
  } finally {
    await source.close();
  }
}

/** The same table with each row scaled to length 1, as lightly's kNN classifier has it. */
export function unitRows({ features, labels, width }: FeatureTable): FeatureTable {
  const rows = features.slice();
  for (let start = 0; start < rows.length; start += width) {
    const row = rows.subarray(start, start + width);
    // PyTorch's F.normalize has the same floor for rows of zeros.
    const length = Math.max(Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)), 1e-12);
    row.forEach((value, i) => (row[i] = value / length));
  }
  return { features: rows, labels, width };
}

/** Whether a figure can be told from the features: a model that has diverged gives NaN. */
export function hasFiniteFeatures({ features }: FeatureTable): boolean {
  return features.every(Number.isFinite);
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

function nothingToEmbed(split: string, name: string): FulgurError {
  return new FulgurError('data', {
    what: `There are no images in the ${split} split of ${name}.`,
    why: 'Features are judged on held-out images by what training images tell.',
    fix: 'Use a data set that has both splits.',
  });
}
