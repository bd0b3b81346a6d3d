import { resolve } from 'node:path';
import { z } from 'zod';
import { wholeNumber } from '../../contracts';
import type { ImageBatch, Notify, TaskReport } from '../../contracts';
import type { PlainImages } from '../../data';
import { requireEmbeddingEnding } from '../../evaluation';
import { featureModel } from '../../trainer';
import type { FeatureModel } from '../../trainer';
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
      'file to write, .npz, .safetensors, .csv or .parquet; default: evaluations/<checkpoint>.embed.<split>.npz in the run',
    ),
  batchSize: wholeNumber('images').default(64).describe('number of images per batch'),
};

/**
 * Writes the features of images to a file, with their names and labels. A killed command continues where it stopped,
 * and the file is the same bit for bit.
 *
 * @throws FulgurError `module` if features are not finite, `data` for a broken image that is not skipped.
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
    const split = config.split ?? 'all';
    const path = scope.options.out === null ? `${scope.stem}.npz` : resolve(scope.options.out);
    requireEmbeddingEnding(path);
    const images = await data.plainImages(split, batchSize);
    try {
      return await scope.inspect('embed', async ({ model: own, report, weights }) => {
        const [size = { height: 0, width: 0 }] = data.evaluationView?.views ?? [];
        const model = await featureModel(scope.module, size);
        const each: Embedding = { model, images, batchSize, report, experiment: scope.name };
        try {
          if (scope.trialImages !== null) {
            await tryOut(each, scope.trialImages);
            return undefined;
          }
          const { name, fingerprint, origin, samples, view } = images;
          const state = own.stateDict();
          const plan: EmbeddingPlan = {
            model: identityOfModel({ experiment: scope.name, from: scope.run.from, weights, state, view }),
            data: { name, fingerprint, origin, samples, split },
            batchSize,
          };
          const { rows, width, skipped } = await embedAll(each, path, plan, scope.notify);
          const leftOut = skipped === 0 ? '' : `, skipping ${skipped} broken images`;
          scope.notify(
            'info',
            `Embedded ${rows} images of ${name} as ${width} features each${leftOut}: ${path}.`,
          );
          return {
            data: { samples: rows, skipped, featureWidth: width },
            details: { embeddings: path, model: { ...plan.model } },
          };
        } finally {
          model.dispose();
        }
      });
    } finally {
      await images.close();
    }
  },
});

/** What is embedded, and the model that embeds it. */
interface Embedding {
  readonly model: FeatureModel;
  readonly images: PlainImages;
  readonly batchSize: number;
  readonly report: TaskReport;
  readonly experiment: string;
}

/** Embeds a few images without writing anything. */
async function tryOut(each: Embedding, count: number): Promise<void> {
  const limit = Math.ceil(count / each.batchSize);
  for await (const batch of each.images.epoch(0, { limit })) await rowsOf(each, batch, 0);
}

async function embedAll(
  each: Embedding,
  path: string,
  plan: EmbeddingPlan,
  notify: Notify,
): Promise<Pick<EmbeddingWork, 'rows' | 'width' | 'skipped'>> {
  const { images, batchSize, report } = each;
  const work = await EmbeddingWork.open(path, plan, notify);
  try {
    const tell = (): Promise<void> =>
      report(Math.min(work.batches * batchSize, images.samples), images.samples);
    await tell();
    for await (const { rows, size } of embedded(each, work.batches)) {
      await work.add(rows, size - rows.length);
      await tell();
    }
    await work.finish(plan, images.classNames);
    return work;
  } finally {
    await work.close();
  }
}

/** Features of a batch's images, without those of broken images, which others replace in the batch. */
interface BatchRows {
  readonly rows: EmbeddedRow[];
  /** Images in the batch. */
  readonly size: number;
}

/**
 * Yields the features of batches in order; those of the next batch are being computed meanwhile. If a batch cannot be
 * read, the one before it still counts.
 */
async function* embedded(each: Embedding, startBatch: number): AsyncGenerator<BatchRows, void, undefined> {
  let computed: Promise<BatchRows> | null = null;
  let at = startBatch;
  try {
    for await (const batch of each.images.epoch(0, { startBatch })) {
      const before: BatchRows | null = await computed;
      computed = rowsOf(each, batch, at * each.batchSize);
      // Its failure is reported when it is awaited.
      computed.catch(() => undefined);
      at += 1;
      if (before !== null) yield before;
    }
  } catch (error) {
    if (computed !== null) yield await computed;
    throw error;
  }
  if (computed !== null) yield await computed;
}

/** Reads the batch before it returns, so the batch may be disposed while its features are being computed. */
async function rowsOf(
  { model, images, experiment }: Embedding,
  batch: ImageBatch,
  before: number,
): Promise<BatchRows> {
  const indices = batch.indices.dataSync();
  const { features, width } = await model.embed(batch.images);
  if (!features.every(Number.isFinite)) throw wildFeatures(experiment);
  const rows = [...indices].flatMap((index, row) => {
    const place = before + row;
    if (index !== place) return [];
    return [{ ...images.imageAt(place), features: features.subarray(row * width, (row + 1) * width) }];
  });
  return { rows, size: indices.length };
}
