import * as tf from '@tensorflow/tfjs-core';
import type { EvaluationData, ImageBatch, ModelAccess } from '../contracts';
import { NothingToJudgeError } from '../data';
import { FulgurError } from '../errors';
import type { ExportedInput, TrialBatch, TrialImages } from '../export';
import { pixelBytes } from './pixel-bytes';

/** Number of images on which each export is checked. */
const TRIAL_IMAGES = 16;

/** The data with which a written model is checked. */
export interface ExportTrial {
  /** All images as one batch, and the first one by itself, since a module may treat a single image differently. */
  readonly batches: readonly TrialBatch[];
  readonly width: number;
}

/**
 * Takes images from the run's held-out data, or from the training data if nothing is held out, and computes their
 * features. For a model that takes bytes, the images are converted back to bytes, and the features are those of the
 * bytes.
 *
 * @throws FulgurError `data` if there are no images, `module` if the features are not finite.
 */
export async function exportTrial(
  data: EvaluationData,
  model: ModelAccess,
  input: ExportedInput,
): Promise<ExportTrial> {
  for (const split of ['test', 'train'] as const) {
    const source = await openTrial(data, split);
    if (source === null) continue;
    try {
      for await (const batch of source.epoch(0)) return await trialOf(batch, model, input);
    } finally {
      await source.close();
    }
  }
  throw new FulgurError('data', {
    what: `${data.name} has no images on which to check the export.`,
    fix: 'Name a folder with images with --data.name and --data.path.',
  });
}

/** Returns `null` if the data has no test split. */
async function openTrial(data: EvaluationData, split: 'test' | 'train') {
  try {
    return await data.open(split, { batchSize: TRIAL_IMAGES, limit: TRIAL_IMAGES });
  } catch (error) {
    if (split === 'test' && error instanceof NothingToJudgeError) return null;
    throw error;
  }
}

async function trialOf(batch: ImageBatch, model: ModelAccess, input: ExportedInput): Promise<ExportTrial> {
  const { shape } = batch.images;
  const values = new Float32Array(await batch.images.data());
  const { normalisation, kind } = input;
  const images: TrialImages =
    kind === 'uint8' && normalisation !== null
      ? { shape, values: pixelBytes(values, normalisation) }
      : { shape, values };
  const { features, width } = await embedImages(images, batch, model, normalisation);
  if (!features.every(Number.isFinite)) throw notFinite(model.name);
  const first = firstOf(images);
  const alone = await embedImages(first, batch, model, normalisation);
  return {
    batches: [
      { images, expected: features },
      { images: first, expected: alone.features },
    ],
    width,
  };
}

function firstOf({ shape: [, ...extents], values }: TrialImages): TrialImages {
  const size = extents.reduce((product, extent) => product * extent, 1);
  return { shape: [1, ...extents], values: values.slice(0, size) };
}

async function embedImages(
  { shape, values }: TrialImages,
  batch: ImageBatch,
  model: ModelAccess,
  normalisation: ExportedInput['normalisation'],
) {
  const { mean = [], std = [] } = normalisation ?? {};
  const normalised =
    values instanceof Float32Array
      ? values
      : Float32Array.from(values, (byte, at) => (byte / 255 - (mean[at % 3] ?? 0)) / (std[at % 3] ?? 1));
  const images = tf.tensor4d(normalised, [...shape]);
  try {
    return await model.embed({ ...batch, images });
  } finally {
    images.dispose();
  }
}

function notFinite(name: string): FulgurError {
  return new FulgurError('module', {
    what: `The features of ${name} are not finite.`,
    why: 'Training has diverged.',
    fix: 'Export an earlier checkpoint, or train with a smaller learning rate.',
  });
}
