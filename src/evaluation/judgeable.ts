import type { EvaluationData } from '../contracts';
import { NothingToJudgeError } from '../data';

/**
 * Returns whether features can be assessed by the classes of held-out images, before any image is embedded.
 * @returns `null`, or what is missing, in one or two sentences: labels, or a test split.
 * @throws FulgurError if the data cannot be opened for another reason.
 */
export async function missingForJudgement(data: EvaluationData): Promise<string | null> {
  try {
    for (const split of ['train', 'test'] as const) {
      const source = await data.open(split, { batchSize: 1, limit: 1, labelled: true });
      await source.close();
    }
    return null;
  } catch (error) {
    if (error instanceof NothingToJudgeError) return error.message;
    throw error;
  }
}
