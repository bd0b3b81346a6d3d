import { z } from 'zod';
import type { EvaluationData, ModelAccess, TaskReport } from '../contracts';
import { wholeNumber } from '../contracts';
import { NothingToJudgeError } from '../data';
import { embedSplit, hasFiniteFeatures } from './feature-table';
import { singularValues } from './singular-values';

/** Added to each fraction, as in the paper. */
const FLOOR = 1e-7;

/** Options of RankMe. */
export const rankMeSchema = z.strictObject({
  limit: wholeNumber('images')
    .nullable()
    .default(2048)
    .describe('maximum number of held-out images to use, spread evenly; null for all'),
  batchSize: wholeNumber('images').default(256).describe('number of images to embed at once'),
});

/** The same options, with all defaults filled in. */
export interface RankMeOptions extends Readonly<z.output<typeof rankMeSchema>> {}

/** A RankMe value, and everything on which it depends besides the weights. */
export interface RankMeResult {
  /**
   * From 1, if all features lie on a line, to the smaller of `samples` and `featureWidth`; `null` if features are not
   * finite.
   */
  readonly rankMe: number | null;
  readonly data: string;
  /** `train` for data without a test split. */
  readonly split: 'train' | 'test';
  readonly samples: number;
  readonly featureWidth: number;
}

/**
 * Estimates the number of dimensions that a model's features of plain held-out images really use, without labels: the
 * exponential of the entropy of their singular values. Features are not centred. No tensors are left.
 *
 * Source: Garrido et al., "RankMe: Assessing the downstream performance of pretrained self-supervised representations by
 * their rank" (2023), equations 1 and 2; of the backbone's features, the paper's "representations".
 *
 * @param report receives the progress of each part of the work, and may end it by rejecting.
 */
export async function evaluateRankMe(
  model: ModelAccess,
  data: EvaluationData,
  { limit, batchSize }: RankMeOptions,
  report?: TaskReport,
): Promise<RankMeResult> {
  const split = await heldOutSplit(data);
  const table = await embedSplit(model, data, split, { batchSize, limit }, report);
  const rankMe = hasFiniteFeatures(table) ? rankMeOf(await singularValues(table, report)) : null;
  return { rankMe, data: data.name, split, samples: table.labels.length, featureWidth: table.width };
}

/** Returns the exponential of the entropy of singular values; NaN if all are 0. */
export function rankMeOf(singular: Float64Array): number {
  const sum = singular.reduce((total, value) => total + value, 0);
  const entropy = singular.reduce((total, value) => {
    const share = value / sum + FLOOR;
    return total - share * Math.log(share);
  }, 0);
  return Math.exp(entropy);
}

/** Returns the test split, or the train split if there is no other. */
export async function heldOutSplit(data: EvaluationData): Promise<'train' | 'test'> {
  try {
    const source = await data.open('test', { batchSize: 1, limit: 1 });
    await source.close();
    return 'test';
  } catch (error) {
    if (error instanceof NothingToJudgeError) return 'train';
    throw error;
  }
}
