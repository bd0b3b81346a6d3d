/** The trainer's options, complete; names and defaults follow Lightning's `Trainer`. */
export interface TrainerOptions {
  /** Total epochs; `null` where only `maxSteps` ends the run. */
  readonly maxEpochs: number | null;
  /** Total optimiser updates; `null` for no limit. */
  readonly maxSteps: number | null;
  /** Epochs before which no plugin's wish ends training. */
  readonly minEpochs: number;
  /** Optimiser updates before which no plugin's wish ends training. */
  readonly minSteps: number;
  /** The largest norm, or value, that gradients may have at an update; `null` for no limit. */
  readonly gradientClipVal: number | null;
  /** `norm` scales all gradients together; `value` cuts each number. */
  readonly gradientClipAlgorithm: 'norm' | 'value';
  /**
   * Batches whose mean gradient makes one update, or how many from which epoch on: `{ 0: 1, 5: 4 }`; the
   * last ones of an epoch make one also where they are fewer.
   */
  readonly accumulateGradBatches: AccumulationSchedule;
  /** Batches of each epoch: a whole number, or a fraction below 1; `null` for all. */
  readonly limitTrainBatches: number | null;
  /** Batches of each validation, as `limitTrainBatches`; 0 leaves validation out. */
  readonly limitValBatches: number | null;
  readonly limitTestBatches: number | null;
  readonly limitPredictBatches: number | null;
  /** Trains each epoch on the same few first samples, unshuffled: batches, as `limitTrainBatches`; a working model fits them. */
  readonly overfitBatches: number | null;
  /** Epochs between two that are validated. */
  readonly checkValEveryNEpoch: number;
  /** Batches, or the fraction of an epoch, after which to validate; `null` for the epoch's end. */
  readonly valCheckInterval: number | null;
  /** Batches of validation to try out before training; 0 for none. */
  readonly numSanityValSteps: number;
  /** This many batches (`true`: one) without loggers and checkpoints, to see whether everything runs. */
  readonly fastDevRun: boolean | number;
  /** Updates between two rows of step metrics. */
  readonly logEveryNSteps: number;
  readonly enableProgressBar: boolean;
  readonly enableCheckpointing: boolean;
  readonly accelerator: 'auto' | 'cpu' | 'gpu';
  /** Devices of this host to train on, each with a process of its own; `auto` takes every GPU, or the CPU once. */
  readonly devices: number | 'auto';
  /** Threads of one operation; `null` for one per core. */
  readonly threads: number | null;
  /** `bf16-mixed` computes convolutions and products in bfloat16, and keeps weights, sums and losses in float32. */
  readonly precision: Precision;
  /** Train without any plugin, and say at the end what the framework itself costs. */
  readonly barebones: boolean;
  /** Compile the step (`false` runs it operation by operation: the same numbers, slower, with values to look at). */
  readonly compile: boolean;
  /** Run operation by operation and name the first one that makes a NaN; slow, to find mistakes. */
  readonly detectAnomaly: boolean;
  /** The folder of all runs. */
  readonly defaultRootDir: string;
}

/** How the processes of a run of several ranks keep together, complete. */
export interface ClusterOptions {
  /** Silence of a rank after which it counts as gone. */
  readonly heartbeatSeconds: number;
  /** How long ranks wait for each other at the start. */
  readonly joinSeconds: number;
  /** How often all ranks of this host are started again, from the last checkpoint, when one has died. */
  readonly maxRestarts: number;
  /** Run the ranks of this host in a network of their own, which nobody else reaches. */
  readonly isolate: boolean;
}

/** A number, or numbers by the epoch from which they hold; before the first of them it is 1. */
export type AccumulationSchedule = number | Readonly<Record<number, number>>;

/** Names as in Lightning. */
export type Precision = '32-true' | 'bf16-mixed';

/** What a command line asks for; without a word, `fit`. */
export type Command = 'fit' | EvaluationCommand;

export type EvaluationCommand = StepEvaluation | FeatureEvaluation;

/** Evaluations by a step of the module. */
export type StepEvaluation = 'validate' | 'test' | 'predict';

/** Evaluations of the backbone's features, which need nothing of the module besides. */
export type FeatureEvaluation = 'probe' | 'knn';

/** How features are judged by a linear classifier, complete. */
export interface ProbeOptions {
  /** Passes of the classifier over the train split. */
  readonly epochs: number;
  /** The first learning rate for a batch of 256; that of other batches is in proportion to their size. */
  readonly learningRate: number;
  /** Features in an update. */
  readonly batchSize: number;
  /** Of the classifier's first weights and of the order of its batches. */
  readonly seed: number;
  /** Scale each feature to mean 0 and deviation 1 over the train split. */
  readonly standardize: boolean;
  /** Images to embed at once. */
  readonly embedBatchSize: number;
  /** At most this many training images, spread evenly; `null` for all. */
  readonly trainLimit: number | null;
  /** At most this many held-out images, spread evenly; `null` for all. */
  readonly testLimit: number | null;
}

/** How features are judged by their nearest neighbours, complete. */
export interface KnnOptions {
  /** Neighbours that vote; all of them where the bank is smaller. */
  readonly k: number;
  /** The lower, the more the nearest count: weight exp(similarity / temperature). */
  readonly temperature: number;
  /** Images to embed at once. */
  readonly batchSize: number;
  /** At most this many training images to compare with, spread evenly; `null` for all. */
  readonly bankLimit: number | null;
  /** At most this many held-out images to classify, spread evenly; `null` for all. */
  readonly queryLimit: number | null;
}

/** Names of the data sets that Fulgur knows. */
export const datasetNames = ['cifar10', 'digits', 'folder'] as const;

/** The data of a run, complete. */
export interface DataOptions {
  /** One of `datasetNames`. */
  readonly name: string;
  /** Where the data lie, for data sets that are not embedded. */
  readonly path: string | null;
  /** Another address to download from. */
  readonly url: string | null;
  /** The data set to use where the named one cannot be had. */
  readonly fallback: string | null;
  /** Samples in a batch, on each rank. */
  readonly batchSize: number;
  /** Worker threads that prepare batches; `auto` chooses by the number of cores. */
  readonly workers: number | 'auto';
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly onBrokenImage: 'error' | 'skip';
  /** An image of more pixels counts as broken. */
  readonly maxImagePixels: number;
  readonly download: boolean;
  /** Makes a sample's views: what `views.fastSiam()` and its like return. */
  readonly transform: object | null;
  /** The same for validation, test and prediction; `null` for that of training. */
  readonly evaluationTransform: object | null;
}
