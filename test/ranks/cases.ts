import type { TogetherSetup } from './train-together';

/** Fits that one rank and several make alike. */
export const cases = {
  plain: {},
  accumulated: { options: { maxEpochs: 2, accumulateGradBatches: 2, gradientClipVal: 0.5 } },
  uneven: { options: { maxEpochs: 1 }, validation: { batches: 3, batchSize: 4, lastBatchSize: 3 } },
} satisfies Record<string, TogetherSetup>;

/** Fits whose held-out samples do not go round. */
export const heldOutCases = {
  'one sample': { options: { maxEpochs: 1 }, heldOut: { samples: 1, batchSize: 4 } },
  'half of an odd number of batches': {
    options: { maxEpochs: 1, limitValBatches: 0.5 },
    heldOut: { samples: 5, batchSize: 1 },
  },
  'a third of three batches, one of them of one rank': {
    options: { maxEpochs: 1, limitValBatches: 0.34, valCheckInterval: 0.5 },
    heldOut: { samples: 5, batchSize: 1 },
  },
  'a last batch of one rank only': {
    options: { maxEpochs: 2, numSanityValSteps: 1 },
    heldOut: { samples: 9, batchSize: 2 },
  },
} satisfies Record<string, TogetherSetup>;
