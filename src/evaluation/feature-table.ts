import type { z } from 'zod';
import { wholeNumber } from '../contracts';
import type { EvaluationData, ModelAccess, TaskReport } from '../contracts';
import { FulgurError } from '../errors';

/** The maximum number of images of a split to embed. */
export function fewerImages(): z.ZodDefault<z.ZodNullable<z.ZodNumber>> {
  return wholeNumber('images').nullable().default(null);
}

/** The features of a split's images, and their classes. */
export interface FeatureTable {
  /** `[samples, width]`, row by row. */
  readonly features: Float32Array;
  readonly labels: Int32Array;
  readonly width: number;
}

/** Options of `embedSplit`. */
export interface EmbedOptions {
  readonly batchSize: number;
  /** At most this many images, spread evenly; `null` for all. */
  readonly limit: number | null;
  /** Whether to leave out images whose class is unknown, which have the label -1 (default `false`). */
  readonly labelled?: boolean;
}

/**
 * Embeds a split's plain images, in data set order; the features are unchanged outputs of the backbone.
 *
 * @param report receives the number of images done, and may end the work by rejecting.
 * @throws FulgurError `data` for a split without images.
 */
export async function embedSplit(
  model: ModelAccess,
  data: EvaluationData,
  split: 'train' | 'test',
  { batchSize, limit, labelled = false }: EmbedOptions,
  report?: TaskReport,
): Promise<FeatureTable> {
  const source = await data.open(split, { batchSize, ...(limit !== null && { limit }), labelled });
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
    const strange = labels.find((label) => label < 0 || label >= data.classes);
    if (labelled && strange !== undefined) throw unknownClass(split, data, strange);
    return { features: joined(parts), labels: Int32Array.from(labels), width };
  } finally {
    await source.close();
  }
}

/** Returns the same table with each row scaled to length 1, as in lightly's kNN classifier. */
export function unitRows({ features, labels, width }: FeatureTable): FeatureTable {
  const rows = features.slice();
  for (let start = 0; start < rows.length; start += width) {
    const row = rows.subarray(start, start + width);
    // PyTorch's F.normalize has the same minimum for rows of zeros.
    const length = Math.max(Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)), 1e-12);
    row.forEach((value, i) => (row[i] = value / length));
  }
  return { features: rows, labels, width };
}

/** Whether a figure can be computed from the features: a model that has diverged returns NaN. */
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
    what: `The ${split} split of ${name} contains no images.`,
    why: 'Features are assessed on held-out images with the help of training images.',
    fix: 'Use a data set that has both splits.',
  });
}

function unknownClass(split: string, { name, classes }: EvaluationData, label: number): FulgurError {
  return new FulgurError('data', {
    what: `An image in the ${split} split of ${name} has the label ${label}, but there are ${classes} classes.`,
    why: 'Features are assessed by the classes of images.',
    fix: 'Let open() of the evaluation data leave out images without a class when it is asked for labelled ones.',
  });
}

/**
 * Below this fraction of its mean, a feature's standard deviation is a rounding error of float32, and the feature is
 * constant.
 */
const ROUNDING = 1e-6;

/**
 * Shifts and scales each feature to mean 0 and standard deviation 1 over `train`, and those of `test` in the same way.
 * A constant feature becomes 0 over `train`.
 */
export function standardize(train: FeatureTable, test: FeatureTable): [FeatureTable, FeatureTable] {
  const { means, deviations } = momentsOf(train);
  const scaled = (table: FeatureTable): FeatureTable => ({
    ...table,
    features: table.features.map((value, i) => {
      const column = i % table.width;
      return (value - (means[column] ?? 0)) / (deviations[column] ?? 1);
    }),
  });
  return [scaled(train), scaled(test)];
}

function momentsOf({ features, labels, width }: FeatureTable): {
  means: Float64Array;
  deviations: Float64Array;
} {
  const samples = labels.length;
  const means = new Float64Array(width);
  const squares = new Float64Array(width);
  // Columns are summed side by side, because the table is stored row by row.
  features.forEach((value, i) => (means[i % width] = (means[i % width] ?? 0) + value / samples));
  features.forEach((value, i) => {
    const apart = value - (means[i % width] ?? 0);
    squares[i % width] = (squares[i % width] ?? 0) + (apart * apart) / samples;
  });
  const deviations = squares.map((square, column) => {
    const deviation = Math.sqrt(square);
    return deviation > ROUNDING * Math.abs(means[column] ?? 0) ? deviation : 1;
  });
  return { means, deviations };
}
