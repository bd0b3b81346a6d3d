import type * as tf from '@tensorflow/tfjs-core';
import type { FrozenGraph } from '../graph';
import type { BatchStatistics } from './batch-statistics';
import type { BatchSource, HeldOutSplit, ImageBatch } from './data';
import type { EvaluationWeights, WeightKind } from './evaluation-weights';
import type { LoggedImage, RunEventSource } from './events';
import type { Json } from './json';
import type { TaskReport } from './long-task';
import type { OptimizerView } from './optimizer';
import type { Ranks } from './ranks';
import type { PluginFolder } from './run-folder';
import type { RunOrigin, RunState } from './run-state';
import type { StateDict } from './state';
import type { Strategy } from './strategy';

/** A typed name of a service in the container: `Token<RunFolder>` resolves to a `RunFolder` and nothing else. */
export interface Token<T> {
  readonly key: symbol;
  readonly description: string;
  /** Only for the type checker. */
  readonly resolves?: T;
}

/** Makes a typed name of a service, for a plugin that provides one of its own. */
export function token<T>(description: string): Token<T> {
  return { key: Symbol(description), description };
}

/** Read access to the model in training. */
export interface ModelAccess {
  readonly name: string;
  stateDict(): StateDict;
  /**
   * The model's own parameters and buffers by state-dict name, in Fulgur's layout: for plugins that keep an average of
   * weights or replace weights between two steps. The plugin must not dispose of them.
   */
  variables(): ReadonlyMap<string, tf.Variable>;
  /**
   * Sets all parameters and buffers from a state dict.
   *
   * @throws FulgurError `state`, naming every missing, unexpected and mismatched key; nothing has then been changed.
   */
  loadStateDict(state: StateDict): void;
  /** The model and all modules below it, owners before their children. */
  modules(): readonly ModuleSummary[];
  /**
   * Features of images from the module's backbone in evaluation mode, without touching gradients or running statistics:
   * float32 `[batch, features]` as one flat array, with the L2 norms that the backbone produces. Uses the weights that
   * every evaluation sees.
   */
  embed(batch: ImageBatch): Promise<{ features: Float32Array; width: number }>;
  /**
   * The computation of `embed` for images of one size, as plain data, for exports and `runFrozen`. It takes batches of
   * any size, and contains the weights that every evaluation currently sees.
   *
   * @throws FulgurError `module`, naming the module, if it cannot be frozen.
   */
  freeze(inputShape: readonly [height: number, width: number, channels: number]): Promise<FrozenGraph>;
  /** Which weights evaluations currently see: averaged ones once they exist. */
  evaluatedWeights(): WeightKind;
}

/** One module of the model, for displays of its structure. */
export interface ModuleSummary {
  /** State-dict name; `''` for the model itself. */
  readonly name: string;
  /** Its class. */
  readonly type: string;
  /** The number of values in its parameters and those of its children. */
  readonly parameters: number;
  /** The number of these values that are not frozen. */
  readonly trainable: number;
  /** The number of values in teachers' copies of parameters, which are buffers. */
  readonly copied: number;
  readonly training: boolean;
}

/** Access to the run's state. */
export interface RunStateAccess {
  /** Fires `onSaveCheckpoint` and returns a full copy of the run's state between two steps. */
  capture(): Promise<RunState>;
}

/** Access to views of the run's optimisers. */
export interface OptimizersAccess {
  /** Empty before the model has configured them. */
  current(): readonly OptimizerView[];
}

/** Overrides the run's learning rate. */
export interface LearningRateControl {
  /**
   * Replaces the learning rates of all parameter groups by a function of the updates done; `null` restores them.
   *
   * @throws FulgurError `trainer` before the model has configured its optimisers.
   */
  override(schedule: ((step: number) => number) | null): void;
}

/** Finds and reads the state to resume from. Provided by the checkpointing plugin. */
export interface CheckpointReader {
  /** `last`, `best` or a folder. */
  read(selector: string): Promise<{ state: RunState; path: string }>;
}

/** How images are drawn to train a classifier. */
export interface TrainingImages {
  /** Seed of the order, which changes each epoch, and of the crops. */
  readonly seed: number;
  /**
   * Random crops that cover at least the share `minScale` of the image's area, flipped with probability `flip`; `null`
   * for plain images.
   */
  readonly crops: { readonly minScale: number; readonly flip: number } | null;
}

/** Opens held-out or unaugmented data for an evaluation. */
export interface EvaluationData {
  readonly name: string;
  readonly classes: number;
  /** Names of the classes, if they are known. */
  readonly classNames?: readonly string[];
  /** Names of samples by index, if they are known: paths of files relative to the data set's folder. */
  sampleNames?(split: HeldOutSplit, indices: readonly number[]): Promise<readonly string[]>;
  /**
   * Opens batches of plain images in data set order, at most `limit` samples, spread evenly. An image without a class
   * has the label -1; `labelled` leaves such images out. With `training`, yields whole batches in a new order each
   * epoch.
   */
  open(
    split: HeldOutSplit,
    options: { batchSize: number; limit?: number; labelled?: boolean; training?: TrainingImages },
  ): Promise<BatchSource<ImageBatch>>;
}

/** The run's fixed facts. */
export interface RunSettings {
  readonly experiment: string;
  readonly seed: number;
  readonly hyperparameters: Readonly<Record<string, Json>>;
  readonly config: Json;
  readonly enableProgressBar: boolean;
  readonly enableCheckpointing: boolean;
  readonly logEveryNSteps: number;
  /** The value of `--resume`, or `null`. */
  readonly resume: string | null;
  /** What the run was started with, as recorded in checkpoints; absent outside `run`. */
  readonly origin?: RunOrigin;
}

/**
 * Shows the user a sentence on one line, published as a `message` event.
 *
 * @param isSecret whether it is shown but not recorded.
 */
export type Notify = (level: 'info' | 'warning', text: string, isSecret?: boolean) => void;

/** Receives pictures made by plugins; loggers store them, and pages show them. */
export interface ImageLog {
  /** Whether anything stores or shows pictures; otherwise plugins need not draw them. */
  isHeard(): boolean;
  /**
   * Publishes a picture as an `imageLogged` event.
   *
   * @throws FulgurError `plugin` if it is not a PNG of the given size with 8 bits per channel, its name is not valid
   * for a metric, it has no caption, or the step already has a picture of that name.
   */
  publish(image: LoggedImage): void;
}

/** The range of a metric's expected values, which charts of the metric show. */
export interface MetricBand {
  readonly metric: string;
  /** Values below this count as bad. */
  readonly warnBelow: number;
  /** The approximate value in a good run. */
  readonly healthy: number;
  /** What values below `warnBelow` mean, in up to three words: `collapse`. */
  readonly below: string;
}

/** The bands of a run's metrics. Plugins that watch a metric declare them in their constructor. */
export interface MetricBands {
  /** Declares a band; it replaces an earlier band of the same metric. */
  declare(band: MetricBand): void;
  all(): readonly MetricBand[];
}

/** Draws training samples beside the views that an epoch draws of them. */
export interface ViewSheets {
  /**
   * Draws a contact sheet: for each sample, the original with the crops marked, then each view with its random draws.
   * The views are those of training: they depend on seed, epoch, sample and view alone.
   *
   * @param what `samples`: the number of samples, spread evenly over the training data; `epoch`: from 0.
   * @throws FulgurError `data` if an image cannot be read or the data is not images.
   */
  draw(what: { readonly samples: number; readonly epoch: number }, report?: TaskReport): Promise<ViewSheet>;
}

/** A contact sheet, ready to be published. */
export type ViewSheet = Pick<LoggedImage, 'png' | 'width' | 'height' | 'caption'>;

/** Services that a plugin's constructor can request. */
export const tokens = {
  /** The options that the plugin's factory was called with. */
  pluginOptions: token<unknown>('plugin options'),
  events: token<RunEventSource>('run events'),
  notify: token<Notify>('notify'),
  images: token<ImageLog>('images'),
  viewSheets: token<ViewSheets>('view sheets'),
  metricBands: token<MetricBands>('metric bands'),
  runFolder: token<PluginFolder>('run folder'),
  settings: token<RunSettings>('run settings'),
  model: token<ModelAccess>('model'),
  runState: token<RunStateAccess>('run state'),
  optimizers: token<OptimizersAccess>('optimizers'),
  learningRate: token<LearningRateControl>('learning rate'),
  evaluationData: token<EvaluationData>('evaluation data'),
  checkpointReader: token<CheckpointReader>('checkpoint reader'),
  ranks: token<Ranks>('ranks'),
  /** Where steps run: a single device unless a plugin provides another strategy. */
  strategy: token<Strategy>('strategy'),
  /** Averaged weights that evaluations see, provided by a plugin that keeps them. */
  evaluationWeights: token<EvaluationWeights>('evaluation weights'),
  /**
   * Where batch norm layers get the statistics of a training batch: from the batch itself unless a plugin provides
   * others.
   */
  batchStatistics: token<BatchStatistics>('batch statistics'),
} as const;
