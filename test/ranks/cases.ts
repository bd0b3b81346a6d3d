import type { TogetherSetup } from './train-together';

/** Fits that one rank and several make alike. */
export const cases = {
  plain: {},
  accumulated: { options: { maxEpochs: 2, accumulateGradBatches: 2, gradientClipVal: 0.5 } },
  uneven: { options: { maxEpochs: 1 }, validation: { batches: 3, batchSize: 4, lastBatchSize: 3 } },
} satisfies Record<string, TogetherSetup>;
