import { resolve } from 'node:path';
import { z } from 'zod';
import { wholeNumber } from '../../contracts';
import { datasets, recordedView, jpegThumbnail } from '../../data';
import type { ImageDataset, Thumbnail } from '../../data';
import { FulgurError, messageOf } from '../../errors';
import { isSameModel, modelName, nearest, readEmbeddings } from '../../evaluation';
import type { Embeddings, ModelIdentity, Neighbour } from '../../evaluation';
import { writeLines, writeWhole } from '../../system';
import { featureModel } from '../../trainer';
import { defineCommand } from '../command';
import { Encoder } from '../load/encoder';
import { identityOfModel } from '../model-identity';
import { galleryPage } from '../neighbour-gallery';
import type { GalleryQuery } from '../neighbour-gallery';
import { neighbourSheet } from '../neighbour-sheet';
import type { CommandScope } from '../scope';

const options = {
  query: z
    .union([z.string().transform((path) => [path]), z.array(z.string())], 'must be the path of an image')
    .default([])
    .describe('image file to search for; several may follow the command'),
  embeddings: z
    .string()
    .nullable()
    .default(null)
    .describe('file of embeddings to search, as written by the command embed'),
  k: wholeNumber('neighbours').default(9).describe('number of neighbours to show'),
  html: z.string().nullable().default(null).describe('page to write, with pictures'),
};

type Options = z.output<z.ZodObject<typeof options>>;
type Scope = CommandScope<Options>;

/** Length of the longer side of a picture on the page. */
const PICTURE_SIDE = 224;

/**
 * Prints the images in a file of embeddings that are nearest to the given images, and shows them on a page.
 *
 * @throws FulgurError `config` if no image or no file of embeddings is given, `data` for embeddings of another model
 *   and for an image that cannot be read.
 */
export const neighbours = defineCommand({
  name: 'neighbours',
  help: 'find the images nearest to a query',
  title: 'Neighbours',
  options,
  words: 'query',
  usesImages: true,
  usesData: false,
  run: async (scope) => {
    const { query, k, html } = scope.options;
    const path = scope.options.embeddings;
    if (query.length === 0 || path === null) throw missing(query.length === 0 ? '--query' : '--embeddings');
    const embeddings = await readEmbeddings(path);
    return scope.inspect('neighbours', async ({ model, weights, report }) => {
      const view = scope.run.data.evaluationView;
      if (view === null) throw new Error('data of images have an evaluation view');
      const { name: experiment, run } = scope;
      const { maxImagePixels, grayRange } = run.config.data;
      const state = model.stateDict();
      const identity = identityOfModel({
        experiment,
        from: run.from,
        weights,
        state,
        view: recordedView(view),
      });
      requireSameModel(path, embeddings, identity, scope);
      const [size = { height: 0, width: 0 }] = view.views;
      const encoder = new Encoder({
        ...{ model: await featureModel(scope.module, size), identity, view, maxImagePixels, grayRange },
        ...{ featureWidth: embeddings.width, batchSize: 32, release: () => undefined },
      });
      try {
        await report(0, query.length);
        const features = await encoder.encode(query);
        const found = features.map((row) => nearest(embeddings, row, k));
        await report(query.length, query.length);
        query.forEach((name, i) => sayFound(name, found[i] ?? [], embeddings));
        if (html !== null && scope.trialImages === null) {
          const queries = await pictures(scope, embeddings, found);
          const page = galleryPage({ queries, model: identity, images: embeddings.names.length });
          await writeWhole(resolve(html), Buffer.from(page));
          // For the report of the run.
          await scope.write('.png', await neighbourSheet(queries));
          scope.notify('info', `Page: ${resolve(html)}.`);
        }
        const lists = query.map((image, i) => ({
          query: image,
          neighbours: (found[i] ?? []).map((neighbour) => ({ ...neighbour })),
        }));
        return { details: { embeddings: path, model: { ...identity }, found: lists } };
      } finally {
        await encoder.dispose();
      }
    });
  },
});

function sayFound(query: string, found: readonly Neighbour[], { labels, classNames }: Embeddings): void {
  const lines = found.map(({ name, similarity, row }) => {
    const className = classNames?.[labels?.[row] ?? -1];
    return `${similarity.toFixed(4)}  ${name}${className === undefined ? '' : `  (${className})`}`;
  });
  writeLines(process.stdout, [`Nearest to ${query}:`, ...lines.map((line) => `  ${line}`)]);
}

/** Loads pictures of the results, from the run's data or from the data that `--data.path` names. */
async function pictures(
  { options: { query }, run, notify }: Scope,
  { labels, classNames }: Embeddings,
  found: readonly (readonly Neighbour[])[],
): Promise<GalleryQuery[]> {
  const { name, dataset, path, maxImagePixels, grayRange } = run.config.data;
  let images: ImageDataset | null = null;
  try {
    images = await datasets.open(dataset ?? name ?? '', {
      ...{ split: 'all', download: false, path: path ?? undefined, maxImagePixels, grayRange },
      onMessage: () => undefined,
    });
  } catch (error) {
    notify('warning', `The page has no pictures of the neighbours: ${messageOf(error)}`);
  }
  const places = new Map(
    Array.from({ length: images?.length ?? 0 }, (_, index) => [images?.sampleName(index) ?? '', index]),
  );
  const thumbnail = async (image: string): Promise<Thumbnail | null> => {
    const index = places.get(image);
    return index === undefined || images === null
      ? null
      : jpegThumbnail(await images.read(index), PICTURE_SIDE);
  };
  const queries: GalleryQuery[] = [];
  for (const [i, file] of query.entries()) {
    const near: GalleryQuery['neighbours'][number][] = [];
    for (const { name: image, similarity, row } of found[i] ?? []) {
      const className = classNames?.[labels?.[row] ?? -1] ?? null;
      near.push({ name: image, similarity, className, thumbnail: await thumbnail(image) });
    }
    const own = await datasets.readImage(file, { maxImagePixels, grayRange });
    queries.push({ name: file, thumbnail: await jpegThumbnail(own, PICTURE_SIDE), neighbours: near });
  }
  await images?.close?.();
  const shown = queries.flatMap(({ neighbours: near }) => near);
  if (images !== null && shown.length > 0 && shown.every((one) => one.thumbnail === null)) {
    notify(
      'warning',
      `The page has no pictures: ${images.origin} does not contain these images; name another place with --data.path.`,
    );
  }
  return queries;
}

/** @throws FulgurError `data` for embeddings of another model. */
function requireSameModel(
  path: string,
  { model }: Embeddings,
  identity: ModelIdentity,
  { notify }: Scope,
): void {
  if (model === null) {
    notify(
      'warning',
      `${path} does not record which model made it; if it was not ${modelName(identity)}, the neighbours are meaningless.`,
    );
    return;
  }
  if (isSameModel(model, identity)) return;
  const isView = model.sha256 === identity.sha256;
  throw new FulgurError('data', {
    what: isView
      ? `The embeddings in ${path} were made with a different view from the one for the query.`
      : `The embeddings in ${path} are from ${modelName(model)}, but this model is ${modelName(identity)}.`,
    why: 'Features can be compared only if they come from the same weights and the same view.',
    fix: isView ? embedAgain : howToReach(model, identity),
  });
}

const embedAgain = 'Embed the images again, with the same options.';

/** How to query with the model that made the embeddings. */
function howToReach({ checkpoint, experiment, weights }: ModelIdentity, here: ModelIdentity): string {
  if (checkpoint === null) return embedAgain;
  if (experiment !== here.experiment)
    return `Run neighbours of ${experiment} with --checkpoint ${checkpoint}, or embed the images again with this experiment.`;
  if (checkpoint !== here.checkpoint) return `Give --checkpoint ${checkpoint}, or embed the images again.`;
  // The same place: the other weights of the checkpoint, or one that has been written again.
  return weights === here.weights ? embedAgain : `Give --weights ${weights}, or embed the images again.`;
}

function missing(option: '--query' | '--embeddings'): FulgurError {
  return new FulgurError('config', {
    what: option === '--query' ? 'No query image is given.' : 'No file of embeddings is given.',
    fix: 'Write neighbours photo.jpg --embeddings embeddings.npz.',
  });
}
