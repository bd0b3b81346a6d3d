import { resolve } from 'node:path';
import { z } from 'zod';
import { wholeNumber } from '../../contracts';
import type { ImageBatch, ModelAccess } from '../../contracts';
import type { PlainImages } from '../../data';
import { FulgurError } from '../../errors';
import { requireEmbeddingEnding } from '../../evaluation';
import { defineCommand } from '../command';
import type { EmbeddedRow, EmbeddingPlan } from '../embedding-work';
import { EmbeddingWork } from '../embedding-work';
import { identityOfModel } from '../model-identity';
import { wildFeatures } from './wild-features';

const options = {
  out: z
    .string()
    .min(1, 'must not be empty')
    .nullable()
    .default(null)
    .describe(
      'file to write, .npz, .safetensors or .csv; default: evaluations/<checkpoint>.embed.npz in the run',
    ),
  batchSize: wholeNumber('images').default(64).describe('images to embed at once'),
};

/**
 * Writes the features of images to a file, with their names and labels. What was killed goes on where it stopped, and the file is
 * the same to the bit.
 *
 * @throws FulgurError `module` where features are not finite, `data` for a broken image that is not to be skipped.
 */
export const embed = defineCommand({
  name: 'embed',
  help: 'write the features of images to a file',
  title: 'Embeddings',
  options,
  selectors: { split: true },
  defaultSplit: 'all',
  usesImages: true,
  run: async (scope) => {
    const { batchSize } = scope.options;
    const { config, data } = scope.run;
    const path = scope.options.out === null ? `${scope.stem}.npz` : resolve(scope.options.out);
    requireEmbeddingEnding(path);
    requireReadPath(config.data);
    const images = await data.plainImages(config.split, batchSize);
    try {
      return await scope.inspect('embed', async ({ model, report, weights }) => {
        const limit = scope.trialImages === null ? Infinity : Math.ceil(scope.trialImages / batchSize);
        const { name: dataset, fingerprint, origin, samples } = images;
        const plan: EmbeddingPlan = {
          model: identityOfModel(scope, { model, weights, view: images.view }),
          data: { dataset, fingerprint, origin, samples, split: config.split },
          batchSize,
        };
        if (scope.trialImages !== null) {
          for await (const batch of images.epoch(0, { limit }))
            await rowsOf(model, batch, images, 0, scope.name);
          return undefined;
        }
        const work = await EmbeddingWork.open(path, plan, scope.notify);
        try {
          await report(Math.min(work.batches * batchSize, samples), samples);
          for await (const batch of images.epoch(0, { startBatch: work.batches })) {
            const rows = await rowsOf(model, batch, images, work.batches * batchSize, scope.name);
            await work.add(rows, batch.images.shape[0] - rows.length);
            await report(Math.min(work.batches * batchSize, samples), samples);
          }
        } catch (error) {
          await work.close();
          throw error;
        }
        const { rows, width, skipped } = work;
        await work.finish(plan, images.classNames);
        const leftOut = skipped === 0 ? '' : `, ${skipped} broken ones left out`;
        scope.notify(
          'info',
          `Embedded ${rows} images of ${dataset} as ${width} features each${leftOut}: ${path}.`,
        );
        return {
          data: { samples: rows, skipped, featureWidth: width },
          details: { embeddings: path, model: { ...plan.model } },
        };
      });
    } finally {
      await images.close();
    }
  },
});

/** Features of a batch's images; those in whose places others stand were broken, and are left out. */
async function rowsOf(
  model: ModelAccess,
  batch: ImageBatch,
  images: PlainImages,
  before: number,
  experiment: string,
): Promise<EmbeddedRow[]> {
  const indices = await batch.indices.data();
  const { features, width } = await model.embed(batch);
  if (!features.every(Number.isFinite)) throw wildFeatures(experiment);
  return [...indices].flatMap((index, row) => {
    const place = before + row;
    if (index !== place) return [];
    return [{ ...images.imageAt(place), features: features.subarray(row * width, (row + 1) * width) }];
  });
}

/** @throws FulgurError `config` for a path that the data set would not look at. */
function requireReadPath({
  name,
  path,
}: {
  readonly name: string | null;
  readonly path: string | null;
}): void {
  if (name !== 'digits' || path === null) return;
  throw new FulgurError('config', {
    what: `--data.path is ${path}, and the data set is digits, which lies in no folder.`,
    fix: 'Say what lies there, as by --data.name folder.',
  });
}
