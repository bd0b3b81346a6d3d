import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { ResolvedConfig } from '../../config';
import { checkPlugins, compose } from '../../container';
import type { Composition } from '../../container';
import type { Notify, WeightKind } from '../../contracts';
import { noData, recordedView } from '../../data';
import type { PreparedData, ViewTransform } from '../../data';
import { isStarted, start } from '../../engine';
import { FulgurError } from '../../errors';
import type { ModelIdentity } from '../../evaluation';
import type { ExperimentClass } from '../../metadata';
import { findRunFolder, untrainedFolder } from '../../run-folder';
import { soloRanks } from '../../strategy';
import { writeLines } from '../../system';
import { featureModel, inEvaluationMode } from '../../trainer';
import type { FeatureModel, TrainingModule } from '../../trainer';
import { checkRun, pluginsOf } from '../check-run';
import { configureRun } from '../configure';
import { MessageFallback } from '../messages';
import { identityOfModel } from '../model-identity';
import { runOrigin } from '../resume';
import { buildModule, settingsOf } from '../run-parts';
import { Encoder } from './encoder';
import { experimentOfRun } from './experiment-of-run';

/** Options for loading a trained backbone. */
export interface LoadEncoderOptions {
  /** The experiment's class (default: the one that the run recorded). */
  readonly experiment?: ExperimentClass<TrainingModule<unknown>>;
  /** `last` (default), `best`, or a checkpoint's name. */
  readonly checkpoint?: string;
  /** Which weights of the checkpoint to use (default: averaged weights, if it has any). */
  readonly weights?: WeightKind;
  /** Number of threads per operation, if the engine has not been started yet (default: one per core). */
  readonly threads?: number;
  /** Maximum batch size of the model (default 32). */
  readonly batchSize?: number;
  /** Receives messages (default: warnings go to standard error). */
  readonly onMessage?: Notify;
}

const BATCH_SIZE = 32;

/**
 * Loads the backbone of a run with its evaluation view, to encode images. No data is opened, and nothing is written.
 *
 * @param path a run's folder, or a checkpoint in it.
 * @example
 * const encoder = await load('runs/fastsiam/version_0');
 * const [features] = await encoder.encode(['photo.jpg']);
 * @throws FulgurError `checkpoint` for a run or checkpoint that does not exist or is damaged, `config` for a class that
 *   is not found or invalid options, `engine` if TensorFlow is unavailable.
 */
export async function load(path: string, options: LoadEncoderOptions = {}): Promise<Encoder> {
  const { checkpoint, weights, threads, batchSize = BATCH_SIZE, onMessage = sayWarnings } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) throw wrongBatchSize(batchSize);
  const experiment = options.experiment ?? (await experimentOfRun(path));
  const selector = checkpoint === undefined ? resolve(path) : inRun(resolve(path), checkpoint);
  const choice = weights === undefined ? [] : ['--weights', weights];
  const config = await configureRun(experiment, ['embed', '--checkpoint', selector, ...choice]);
  checkRun(experiment, config, 1);
  const data = noData(config.data);
  const view = data.evaluationView;
  if (view === null) throw noImages(config.name);
  if (!isStarted()) {
    const { accelerator } = config.trainer;
    await start({ seed: config.seed, accelerator, ...(threads !== undefined && { threads }) });
  }
  return encoderOf({ experiment, config, data, view, batchSize, onMessage });
}

interface LoadRequest {
  readonly experiment: ExperimentClass<TrainingModule<unknown>>;
  readonly config: ResolvedConfig;
  readonly data: PreparedData;
  readonly view: ViewTransform;
  readonly batchSize: number;
  readonly onMessage: Notify;
}

async function encoderOf(request: LoadRequest): Promise<Encoder> {
  const { experiment, config, view, batchSize } = request;
  const module = buildModule(experiment, config);
  let composition: Composition | null = null;
  let taken: TakenModel | null = null;
  try {
    composition = composeAround(module, request);
    taken = await takeModel(module, composition, request);
    const { model, identity, isFrozen } = taken;
    const featureWidth = await widthOf(model, view);
    const { maxImagePixels, grayRange } = config.data;
    if (isFrozen) module.dispose();
    return new Encoder({
      ...{ model, identity, featureWidth, view, batchSize, maxImagePixels, grayRange },
      release: () => {
        if (!isFrozen) module.dispose();
      },
    });
  } catch (error) {
    taken?.model.dispose();
    module.dispose();
    throw error;
  } finally {
    await composition?.dispose();
  }
}

/** The run's plugins take part, as some of them keep weights that evaluations use. */
function composeAround(
  module: TrainingModule<unknown>,
  { experiment, config, data, onMessage }: LoadRequest,
): Composition {
  const plugins = pluginsOf({ experiment, config });
  const { name, checkpoint, trainer } = config;
  const { defaultRootDir: root } = trainer;
  return compose({
    settings: {
      ...settingsOf(config),
      enableProgressBar: false,
      origin: runOrigin(config, plugins, data.info),
    },
    trainerOptions: trainer,
    events: new MessageFallback(onMessage),
    folder: findRunFolder({ root, experiment: name, resume: checkpoint }) ?? untrainedFolder(root, name),
    data: data.info,
    evaluation: data.evaluation,
    viewSheets: data.viewSheets,
    module,
    plugins: checkPlugins(name, plugins),
    ranks: soloRanks,
  });
}

interface TakenModel {
  readonly model: FeatureModel;
  readonly isFrozen: boolean;
  readonly identity: ModelIdentity;
}

/** Freezes the features of the module while it has the requested weights. */
async function takeModel(
  module: TrainingModule<unknown>,
  { trainer, checkpointReader }: Composition,
  { config, view }: LoadRequest,
): Promise<TakenModel> {
  const from = await checkpointReader?.read(config.checkpoint ?? 'last');
  if (from === undefined) throw new Error('checkRun ensures that a plugin reads checkpoints');
  const [size = { height: 0, width: 0 }] = view.views;
  const taken = await trainer.inspect(module, { ...from, weights: config.weights }, (weights) =>
    inEvaluationMode(module, async () => {
      const state = module.stateDict();
      const { isFrozen, ...model } = await featureModel(module, size);
      return {
        model,
        isFrozen,
        state,
        identity: identityOfModel({
          experiment: config.name,
          from,
          weights,
          state,
          view: recordedView(view),
        }),
      };
    }),
  );
  // A module that cannot be frozen is used itself, but its averages were removed again.
  if (!taken.isFrozen) module.loadStateDict(taken.state);
  return taken;
}

async function widthOf(model: FeatureModel, { views }: ViewTransform): Promise<number> {
  const [{ height, width } = { height: 0, width: 0 }] = views;
  const images = tf.zeros<tf.Rank.R4>([1, height, width, 3]);
  try {
    return (await model.embed(images)).width;
  } finally {
    images.dispose();
  }
}

/** Resolves `last` and `best` of a run, or the name of one of its checkpoints. */
function inRun(folder: string, checkpoint: string): string {
  return checkpoint === 'last' || checkpoint === 'best'
    ? join(folder, checkpoint)
    : resolve(folder, 'checkpoints', checkpoint);
}

function sayWarnings(...[level, text]: Parameters<Notify>): void {
  if (level === 'warning') writeLines(process.stderr, [`WARNING: ${text}`]);
}

function noImages(name: string): FulgurError {
  return new FulgurError('config', {
    what: `The experiment '${name}' does not use images: it supplies its own batches.`,
    fix: 'Load a run that was trained on images.',
  });
}

function wrongBatchSize(batchSize: number): FulgurError {
  return new FulgurError('config', {
    what: `The batchSize of load() is ${batchSize}.`,
    fix: 'Use a whole number above 0.',
  });
}
