import type * as tf from '@tensorflow/tfjs-core';
import type { FrozenGraph } from '../graph';
import type { BatchStatistics } from './batch-statistics';
import type { BatchSource, ImageBatch } from './data';
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
   * weights, or put others in their place between two steps. They are not the plugin's to dispose.
   */
  variables(): ReadonlyMap<string, tf.Variable>;
  /**
   * Sets all parameters and buffers from a state dict.
   *
   * @throws FulgurError `state`, naming every missing, unexpected and mismatched key; nothing is changed then.
   */
  loadStateDict(state: StateDict): void;
  /** The model and all modules below it, owners before their children. */
  modules(): readonly ModuleSummary[];
  /**
   * Features of images from the module's backbone in evaluation mode, without touching gradients or running
   * statistics: `[batch, features]` float32 rows of one flat array, L2 norm as the backbone gives it. The weights are those
   * that every evaluation sees.
   */
  embed(batch: ImageBatch): Promise<{ features: Float32Array; width: number }>;
  /**
   * What `embed` computes of images of one size, as plain data: for exports, and to run it with `runFrozen`. Batches of any
   * size; the weights are those that every evaluation sees now.
   *
   * @throws FulgurError `module`, naming the module, for what cannot be frozen.
   */
  freeze(inputShape: readonly [height: number, width: number, channels: number]): Promise<FrozenGraph>;
  /** Which weights evaluations see now: averages once there are some. */
  evaluatedWeights(): WeightKind;
}

/** One module of the model, for whoever shows its structure. */
export interface ModuleSummary {
  /** State-dict name; `''` for the model itself. */
  readonly name: string;
  /** Its class. */
  readonly type: string;
  /** Numbers in its parameters and in those below it. */
  readonly parameters: number;
  /** Those of them that are not frozen. */
  readonly trainable: number;
  /** Numbers in the copies of parameters that teachers have in it; they are buffers. */
  readonly copied: number;
  readonly training: boolean;
}

/** Takes a run's state, or puts one back. */
export interface RunStateAccess {
  /** Fires `onSaveCheckpoint` and returns a full copy of the run's state between two steps. */
  capture(): Promise<RunState>;
}

/** Sees the run's optimisers. */
export interface OptimizersAccess {
  /** Empty before the model has configured them. */
  current(): readonly OptimizerView[];
}

/** Moves the run's learning rate aside. */
export interface LearningRateControl {
  /**
   * Puts a learning rate, by the updates done, in the place of those of all parameter groups; `null` gives them back.
   *
   * @throws FulgurError `trainer` before the model has configured its optimisers.
   */
  override(schedule: ((step: number) => number) | null): void;
}

/** Finds and reads the state to resume from. Bound by the checkpointing plugin. */
export interface CheckpointReader {
  /** `last`, `best` or a folder. */
  read(selector: string): Promise<{ state: RunState; path: string }>;
}

/** How images are drawn to train a classifier on. */
export interface TrainingImages {
  /** Of the order, which is another one in each epoch, and of the crops. */
  readonly seed: number;
  /** Random crops of at least a share of the image's area, flipped with a probability; `null` for plain images. */
  readonly crops: { readonly minScale: number; readonly flip: number } | null;
}

/** Opens held-out or unaugmented data for evaluation. */
export interface EvaluationData {
  readonly name: string;
  readonly classes: number;
  /** Names of the classes, where they are known. */
  readonly classNames?: readonly string[];
  /** Names of samples by their indices, where they are known: files' paths below the data set's folder. */
  sampleNames?(split: 'train' | 'test', indices: readonly number[]): Promise<readonly string[]>;
  /**
   * Batches of plain images, in data set order; at most `limit` samples, spread evenly. The label of an image without a class
   * is -1; `labelled` leaves such images out. With `training`, whole batches in a new order each epoch.
   */
  open(
    split: 'train' | 'test',
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
  /** What `--resume` named, or `null`. */
  readonly resume: string | null;
  /** What checkpoints are to say the run was started with; absent outside of `run`. */
  readonly origin?: RunOrigin;
}

/**
 * Says a sentence to the user, in one line: it is published as a `message` event.
 *
 * @param isSecret whether it is to be shown and kept in no record.
 */
export type Notify = (level: 'info' | 'warning', text: string, isSecret?: boolean) => void;

/** Takes pictures that plugins have made: loggers keep them, and pages show them. */
export interface ImageLog {
  /** Whether anybody keeps or shows pictures: without, nobody need draw them. */
  isHeard(): boolean;
  /**
   * Publishes a picture as an `imageLogged` event.
   *
   * @throws FulgurError `plugin` where it is not a PNG of 8 bits a channel and of the size it says, where its name is
   * unfit for a metric, where it has no caption, or where the step has one of that name already.
   */
  publish(image: LoggedImage): void;
}

/** Which values of a metric are as they should be: whoever draws the metric shows it. */
export interface MetricBand {
  readonly metric: string;
  /** Values below this count as bad. */
  readonly warnBelow: number;
  /** About what it is in a good run. */
  readonly healthy: number;
  /** What values below mean, in two or three words: `collapse`. */
  readonly below: string;
}

/** The bands of a run's metrics: plugins that watch a metric declare them in their constructor. */
export interface MetricBands {
  /** A second band of a metric takes the place of the first. */
  declare(band: MetricBand): void;
  all(): readonly MetricBand[];
}

/** Training samples beside the views that an epoch draws of them, as a picture. */
export interface ViewSheets {
  /**
   * Draws a contact sheet: of each sample the original first, with what its views were cut out of, then each view with what was
   * drawn for it. The views are those of training: they depend on seed, epoch, sample and view alone.
   *
   * @param what `samples`: how many, spread evenly over the training data; `epoch`: from 0.
   * @throws FulgurError `data` where an image cannot be read, or the data are no images.
   */
  draw(what: { readonly samples: number; readonly epoch: number }, report?: TaskReport): Promise<ViewSheet>;
}

/** A contact sheet, ready to be published. */
export type ViewSheet = Pick<LoggedImage, 'png' | 'width' | 'height' | 'caption'>;

/** What a plugin's constructor may ask for. */
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
  /** Where steps run; a plugin that provides one takes the place of the single device. */
  strategy: token<Strategy>('strategy'),
  /** Averages that evaluations see; a plugin that keeps some provides it. */
  evaluationWeights: token<EvaluationWeights>('evaluation weights'),
  /** Where batch norm layers get the statistics of a training batch; the batch itself, unless a plugin provides others. */
  batchStatistics: token<BatchStatistics>('batch statistics'),
} as const;
