import { Taught } from '../trainer/fakes/taught';
import { ScheduledRegression } from './scheduled-regression';
import type { TogetherSetup } from './train-together';

/** Fits that one rank and several make alike. */
export const cases = {
  plain: {},
  accumulated: { options: { maxEpochs: 2, accumulateGradBatches: 2, gradientClipVal: 0.5 } },
  taught: { module: () => new Taught() },
  taughtAccumulated: { module: () => new Taught(), options: { maxEpochs: 2, accumulateGradBatches: 2 } },
  scheduled: {
    module: () => new ScheduledRegression(),
    options: { maxEpochs: 3, accumulateGradBatches: 2, gradientClipVal: 0.5 },
  },
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

const validation = { batches: 1, batchSize: 4 };

/** Fits of which ranks hold more than metrics of their own. */
export const rankStateCases = {
  'batch norm of each rank': { syncBn: false, validation },
  'a queue of each rank': { syncBn: false, queue: 'own', validation },
  'a queue of each rank, accumulated': {
    queue: 'own',
    options: { maxEpochs: 3, accumulateGradBatches: 2 },
    data: { batches: 4, batchSize: 12 },
  },
  'averages and batch norm of each rank': { syncBn: false, averaging: true, validation },
  'averages of models of their own': {
    strategy: 'local-sgd',
    queue: 'own',
    averaging: true,
    validation,
  },
  'teachers and the queue of all': {
    module: () => new Taught(),
    options: { maxEpochs: 3, accumulateGradBatches: 2 },
    data: { batches: 4, batchSize: 12 },
  },
  'teachers and queues of models of their own': {
    strategy: 'local-sgd',
    module: () => new Taught(),
    averaging: true,
    validation,
  },
  'a queue and averages in bfloat16': {
    queue: 'own',
    averaging: true,
    options: { maxEpochs: 2, precision: 'bf16-mixed' },
    validation,
  },
  'a queue and averages, operation by operation': {
    queue: 'own',
    averaging: true,
    options: { maxEpochs: 2, compile: false },
    validation,
  },
} satisfies Record<string, TogetherSetup>;
