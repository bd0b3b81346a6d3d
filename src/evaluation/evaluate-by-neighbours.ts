import type { EvaluationData, ModelAccess, TaskReport } from '../contracts';
import { embedSplit, hasFiniteFeatures, unitRows } from './feature-table';
import type { KnnOptions } from './options';
import { predictByNeighbours } from './predict-by-neighbours';

/** A kNN accuracy, and everything that it depends on besides the weights. */
export interface KnnResult {
  /** The share of held-out images whose class is told; `null` where the features are not finite. */
  readonly accuracy: number | null;
  /** Neighbours that voted: at most as many as the bank has. */
  readonly k: number;
  readonly temperature: number;
  readonly classes: number;
  readonly data: string;
  readonly bankSamples: number;
  readonly querySamples: number;
  readonly featureWidth: number;
}

/**
 * Tells the class of held-out images by a vote of the nearest training images, on plain images and features of
 * length 1: lightly's `knn_predict` (Wu et al. 2018, InstDisc). No tensor is left.
 *
 * @param report hears how far each part of the work is, and may end it by rejecting.
 * @throws FulgurError `data` for a split without images.
 */
export async function evaluateByNeighbours(
  model: ModelAccess,
  data: EvaluationData,
  options: KnnOptions,
  report?: TaskReport,
): Promise<KnnResult> {
  const { temperature, batchSize, bankLimit, queryLimit } = options;
  const bank = unitRows(await embedSplit(model, data, 'train', { batchSize, limit: bankLimit }, report));
  const queries = unitRows(await embedSplit(model, data, 'test', { batchSize, limit: queryLimit }, report));
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
