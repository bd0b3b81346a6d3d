import type { ImageBatch, ModelAccess } from '../contracts';
import type { PlainImages, Split } from '../data';
import { FulgurError } from '../errors';
import { isSameModel, modelName, readEmbeddings } from '../evaluation';
import type { Embeddings, ModelIdentity } from '../evaluation';
import type { ExportedPreprocessing, ImageOfRow, SearchableImages } from '../export';
import { pixelBytes } from './pixel-bytes';
import type { CommandScope } from './scope';

/** Number of images that are read at once. */
const BATCH = 64;
/** Cosine above which two features count as those of the same image. */
const SAME = 0.999;

/** Inputs for reading the images of a site. */
export interface SiteImagesOptions {
  readonly model: ModelAccess;
  readonly identity: ModelIdentity;
  readonly preprocessing: ExportedPreprocessing;
}

/**
 * Reads the images that a site can find. Their pictures come from images with the same names in the experiment's data,
 * provided that the model computes the same features for them.
 *
 * @throws FulgurError `data` if the file does not contain embeddings, or belongs to another model.
 */
export async function siteImages(
  scope: Pick<CommandScope, 'run' | 'notify'>,
  path: string,
  options: SiteImagesOptions,
): Promise<SearchableImages> {
  const embeddings = await readEmbeddings(path);
  if (embeddings.model !== null && !isSameModel(embeddings.model, options.identity)) {
    throw new FulgurError('data', {
      what: `${path} contains features of ${modelName(embeddings.model)}, but the exported model is ${modelName(options.identity)}.`,
      why: 'Features of two models cannot be compared.',
      fix: 'Embed the images with the checkpoint that is exported.',
    });
  }
  const rows = new Map(embeddings.names.map((name, row) => [name, row]));
  for (const split of ['all', 'test', 'train'] as const) {
    const images = await openSplit(scope, split);
    if (images === null) continue;
    if (await isSource(images, embeddings, rows, options.model)) {
      return { embeddings, pictures: picturesOf(images, rows, options.preprocessing) };
    }
    await images.close();
  }
  scope.notify(
    'warning',
    `The images of ${path} are not in the data ${scope.run.data.info.name}: the site shows names instead of pictures. ` +
      'Give the --data.name and --data.path from which they were embedded.',
  );
  return { embeddings, pictures: null };
}

/** Returns `null` if the data does not have the split. */
async function openSplit({ run }: Pick<CommandScope, 'run'>, split: Split): Promise<PlainImages | null> {
  try {
    return await run.data.plainImages(split, BATCH);
  } catch (error) {
    if (error instanceof FulgurError) return null;
    throw error;
  }
}

/** Returns whether the first images whose names are among the embeddings also have the same features. */
async function isSource(
  images: PlainImages,
  { features, width }: Embeddings,
  rows: ReadonlyMap<string, number>,
  model: ModelAccess,
): Promise<boolean> {
  const places = Array.from({ length: images.samples }, (_, place) => place);
  const first = places.find((place) => rows.has(images.imageAt(place).name));
  if (first === undefined) return false;
  const startBatch = Math.floor(first / BATCH);
  for await (const batch of images.epoch(0, { startBatch, limit: 1 })) {
    const found = await model.embed(batch);
    if (found.width !== width) return false;
    for (const { at, row } of await rowsIn(batch, startBatch * BATCH, images, rows)) {
      const own = features.subarray(row * width, (row + 1) * width);
      if (!(cosineOf(found.features.subarray(at * width, (at + 1) * width), own) >= SAME)) return false;
    }
  }
  return true;
}

async function* picturesOf(
  images: PlainImages,
  rows: ReadonlyMap<string, number>,
  preprocessing: ExportedPreprocessing,
): AsyncGenerator<ImageOfRow> {
  const normalisation = preprocessing.kind === 'plain' ? preprocessing : { mean: [], std: [] };
  try {
    let before = 0;
    for await (const batch of images.epoch(0)) {
      const [count, height, width] = batch.images.shape;
      const values = await batch.images.data<'float32'>();
      const size = height * width * 3;
      for (const { at, row } of await rowsIn(batch, before, images, rows)) {
        const pixels = pixelBytes(values.subarray(at * size, (at + 1) * size), normalisation);
        yield { row, height, width, pixels };
      }
      before += count;
    }
  } finally {
    await images.close();
  }
}

/** Returns the images of a batch that are among the embeddings, without the replacements for broken images. */
async function rowsIn(
  batch: ImageBatch,
  before: number,
  images: PlainImages,
  rows: ReadonlyMap<string, number>,
): Promise<{ at: number; row: number }[]> {
  const indices = await batch.indices.data();
  return [...indices].flatMap((index, at) => {
    const row = index === before + at ? rows.get(images.imageAt(index).name) : undefined;
    return row === undefined ? [] : [{ at, row }];
  });
}

function cosineOf(a: Float32Array, b: Float32Array): number {
  let [product, ofA, ofB] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? 0;
    product += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return product / Math.sqrt(ofA * ofB);
}
