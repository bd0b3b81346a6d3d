import type { EvaluationData } from '../contracts';
import { NothingToJudgeError } from '../data';

/**
 * Whether features can be judged by the classes of held-out images, known before any is embedded.
 *
 * @returns `null`, or what is missing, in one or two sentences: labels, or a test split.
 * @throws FulgurError where the data cannot be opened for another reason.
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
