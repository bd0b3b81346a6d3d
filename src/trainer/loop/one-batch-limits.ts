import type { TrainerOptions } from '../../contracts';

/** What a limit of 1 does: one batch, where Lightning's `1.0` means all of them. */
const meanings = {
  limitTrainBatches: 'each epoch trains on one batch',
  overfitBatches: 'every epoch trains on the same one batch',
  limitValBatches: 'each validation looks at one batch',
  limitTestBatches: 'the test looks at one batch',
  limitPredictBatches: 'the prediction covers one batch',
  valCheckInterval: 'validation runs after every batch',
} as const satisfies Partial<Record<keyof TrainerOptions, string>>;

export type BatchLimit = keyof typeof meanings;

/**
 * A sentence for each limit of exactly 1. JavaScript cannot tell Lightning's `1` from its `1.0`, and a user who meant the
 * other one should hear of it before the run has cost anything.
 */
export function sayOneBatchLimits(
  options: Partial<TrainerOptions>,
  limits: readonly BatchLimit[],
): readonly string[] {
  return limits
    .filter((limit) => options[limit] === 1)
    .map((limit) => {
      const all = limit === 'valCheckInterval' ? "validates at the epoch's end" : 'takes all batches';
      return `trainer.${limit} is 1: ${meanings[limit]}. null (the default) ${all}, and a number below 1 is a fraction.`;
    });
}
