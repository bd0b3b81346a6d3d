import type { FeatureTable } from './feature-table';

/** Below this share of its mean, a feature's deviation is the rounding of float32, and the feature constant. */
const ROUNDING = 1e-6;

/**
 * Shifts and scales each feature to mean 0 and deviation 1 over `train`, and those of `test` alike. A constant feature
 * becomes 0 over `train`.
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
  // Columns are summed side by side: the table lies row by row.
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
