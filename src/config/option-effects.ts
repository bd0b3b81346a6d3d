import type { ClusterOptions, DataOptions, KnnOptions, ProbeOptions, TrainerOptions } from '../contracts';
import type { runSchema } from './schema';

/**
 * What another value of an option does to a run that goes on from a checkpoint:
 *
 * - `position`: other samples come next; refused.
 * - `numbers`: each update is another one; refused.
 * - `hyperparameter`: the same, but it is the user's own knob; said as a warning.
 * - `rounding`: the same computation elsewhere or in another order, to other last bits; said as a warning.
 * - `source`: where the data come from; what they hold is compared in its place.
 * - `free`: how long the run is, what it measures, writes and shows; said.
 * - `own`: belongs to one start of the program; neither taken from the checkpoint nor compared.
 */
export type Effect = 'position' | 'numbers' | 'hyperparameter' | 'rounding' | 'source' | 'free' | 'own';

// Each table names every option of its section, or does not compile.
const trainer: Readonly<Record<keyof TrainerOptions, Effect>> = {
  maxEpochs: 'free',
  maxSteps: 'free',
  minEpochs: 'free',
  minSteps: 'free',
  gradientClipVal: 'numbers',
  gradientClipAlgorithm: 'numbers',
  accumulateGradBatches: 'position',
  limitTrainBatches: 'position',
  limitValBatches: 'free',
  limitTestBatches: 'free',
  limitPredictBatches: 'free',
  overfitBatches: 'position',
  checkValEveryNEpoch: 'free',
  valCheckInterval: 'free',
  numSanityValSteps: 'free',
  fastDevRun: 'own',
  logEveryNSteps: 'free',
  enableProgressBar: 'free',
  enableCheckpointing: 'free',
  accelerator: 'rounding',
  // The number of ranks is compared by those that there are.
  devices: 'free',
  threads: 'rounding',
  precision: 'numbers',
  barebones: 'own',
  compile: 'rounding',
  detectAnomaly: 'rounding',
  defaultRootDir: 'own',
};

const data: Readonly<Record<keyof DataOptions, Effect>> = {
  name: 'source',
  path: 'source',
  url: 'source',
  fallback: 'source',
  batchSize: 'position',
  workers: 'free',
  shuffle: 'position',
  dropLast: 'position',
  onBrokenImage: 'free',
  maxImagePixels: 'free',
  download: 'free',
  transform: 'numbers',
  evaluationTransform: 'free',
};

const cluster: Readonly<Record<keyof ClusterOptions, Effect>> = {
  heartbeatSeconds: 'free',
  joinSeconds: 'free',
  maxRestarts: 'free',
  isolate: 'free',
};

const probe: Readonly<Record<keyof ProbeOptions, Effect>> = {
  epochs: 'free',
  learningRate: 'free',
  batchSize: 'free',
  seed: 'free',
  standardize: 'free',
  embedBatchSize: 'free',
  trainLimit: 'free',
  testLimit: 'free',
};

const knn: Readonly<Record<keyof KnnOptions, Effect>> = {
  k: 'free',
  temperature: 'free',
  batchSize: 'free',
  bankLimit: 'free',
  queryLimit: 'free',
};

const run: Readonly<Record<keyof typeof runSchema.shape, Effect>> = {
  seed: 'position',
  resume: 'own',
  allowChanges: 'own',
  checkpoint: 'own',
  split: 'own',
  weights: 'own',
  untrained: 'own',
};

const sections: Readonly<Record<string, Readonly<Record<string, Effect>>>> = {
  trainer,
  data,
  cluster,
  probe,
  knn,
};

/** The effect of an option by its path; what no table names is a hyperparameter. */
export function effectOf(path: string): Effect {
  const [section = '', name] = path.split('.');
  const table: Readonly<Record<string, Effect>> = name === undefined ? run : (sections[section] ?? {});
  return table[name ?? section] ?? 'hyperparameter';
}

/** Whether an evaluation of a checkpoint is configured as its run was; how much to look at is each evaluation's own. */
export function holdsForEvaluations(path: string): boolean {
  return ['position', 'numbers', 'hyperparameter', 'source'].includes(effectOf(path));
}
