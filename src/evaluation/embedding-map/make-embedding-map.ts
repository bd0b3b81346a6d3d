import { z } from 'zod';
import { wholeNumber } from '../../contracts';
import type { EvaluationData, HeldOutSplit, Json, ModelAccess, TaskReport } from '../../contracts';
import { FulgurError } from '../../errors';
import type { EmbeddingMap } from '../../report';
import { heldOutSplit } from '../rank-me';
import type { FeatureTable } from '../feature-table';
import { clustersOf } from './clusters';
import { PictureSheet } from './map-pictures';
import { FEWEST_FOR_UMAP, neighbourPlane } from './neighbour-plane';
import { principalPlane } from './principal-axes';

/** The number of clusters that colour a map without labels, if there are enough images. */
const NUMBER_OF_CLUSTERS = 10;

/** Options of a map. */
export const mapSchema = z.strictObject({
  method: z
    .enum(['umap', 'pca'])
    .default('umap')
    .describe('umap keeps neighbours together; pca takes no time'),
  limit: wholeNumber('images')
    .nullable()
    .default(2000)
    .describe('maximum number of images, spread evenly; null for all'),
  batchSize: wholeNumber('images').default(256).describe('number of images to embed at once'),
  neighbours: z.int().min(2).default(15).describe('number of neighbours of an image that UMAP keeps near it'),
  minDist: z.number().min(0).max(1).default(0.1).describe('how near UMAP places similar images'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0)
    .describe("seed of UMAP and clusters, not the run's"),
  clusters: wholeNumber('clusters')
    .default(NUMBER_OF_CLUSTERS)
    .describe('number of colours if there are no labels'),
  thumbnails: z.boolean().default(true).describe('show an image when its point is hovered over'),
});

/** The same options, with all defaults filled in. */
export interface MapOptions extends Readonly<z.output<typeof mapSchema>> {}

/** The input of a map. */
export interface MapSource {
  readonly model: ModelAccess;
  readonly data: EvaluationData;
  /** The split; `null`: the test split, or the train split if there is no other. */
  readonly split: HeldOutSplit | null;
  /** The run's configuration, which defines how images are normalised. */
  readonly config: Json;
}

/**
 * Embeds images and places them in a plane; images of the same class have the same colour, or without labels those of
 * the same cluster of features.
 *
 * @throws FulgurError `module` if features are not finite, `data` if there are fewer than two images.
 */
export async function makeEmbeddingMap(
  { model, data, split: asked, config }: MapSource,
  options: MapOptions,
  report?: TaskReport,
): Promise<EmbeddingMap> {
  const split = asked ?? (await heldOutSplit(data));
  const sheet = options.thumbnails ? new PictureSheet(config) : null;
  const { table, indices } = await embedPictured(model, data, split, options, sheet, report);
  const rows = table.labels.length;
  if (rows < 2) {
    throw new FulgurError('data', {
      what: `A map of ${rows} image${rows === 1 ? '' : 's'} shows nothing.`,
      fix: 'Use a data set with more images, or a larger limit.',
    });
  }
  if (!table.features.every(Number.isFinite)) {
    throw new FulgurError('module', {
      what: "The backbone's features are not finite, so they cannot be mapped.",
      why: 'Training has diverged.',
      fix: 'Use an earlier checkpoint, or train with a lower learning rate.',
    });
  }
  const usesUmap = options.method === 'umap' && rows >= FEWEST_FOR_UMAP;
  const placed = usesUmap ? await umapOf(table, options, report) : await pcaOf(table, report);
  const grouped = groupsOf(table, data, options);
  return {
    ...placed,
    ...grouped,
    names: (await data.sampleNames?.(split, indices)) ?? indices.map((index) => `image ${index}`),
    pictures: sheet?.pictures() ?? null,
    about: aboutOf(placed, grouped.isClustered, data, split, table),
    settings: settingsOf(options, usesUmap, split, table),
  };
}

function settingsOf(
  { limit, neighbours, minDist, seed, clusters }: MapOptions,
  usesUmap: boolean,
  split: string,
  { labels, width }: FeatureTable,
): EmbeddingMap['settings'] {
  const rule = usesUmap ? { method: 'umap', neighbours, minDist } : { method: 'pca' };
  return { ...rule, seed, limit, clusters, split, samples: labels.length, featureWidth: width };
}

async function embedPictured(
  model: ModelAccess,
  data: EvaluationData,
  split: HeldOutSplit,
  { batchSize, limit }: MapOptions,
  sheet: PictureSheet | null,
  report?: TaskReport,
): Promise<{ readonly table: FeatureTable; readonly indices: readonly number[] }> {
  const source = await data.open(split, { batchSize, ...(limit !== null && { limit }) });
  try {
    const parts: Float32Array[] = [];
    const labels: number[] = [];
    const indices: number[] = [];
    let width = 0;
    for await (const batch of source.epoch(0)) {
      labels.push(...(await batch.labels.data()));
      indices.push(...(await batch.indices.data()));
      await sheet?.add(batch);
      const embedded = await model.embed(batch);
      width = embedded.width;
      parts.push(embedded.features);
      await report?.(labels.length, source.samples);
    }
    const features = new Float32Array(labels.length * width);
    parts.reduce((at, part) => {
      features.set(part, at);
      return at + part.length;
    }, 0);
    return { table: { features, labels: Int32Array.from(labels), width }, indices };
  } finally {
    await source.close();
  }
}

type Placed = Pick<EmbeddingMap, 'method' | 'axes' | 'places'>;

async function pcaOf(table: FeatureTable, report?: TaskReport): Promise<Placed> {
  const { places, shares } = await principalPlane(table, report);
  const name = (number: number, share: number): string =>
    `axis ${number}: ${(100 * share).toFixed(1)} % of the variance`;
  return { method: 'PCA', axes: [name(1, shares[0]), name(2, shares[1])], places };
}

async function umapOf(table: FeatureTable, options: MapOptions, report?: TaskReport): Promise<Placed> {
  return { method: 'UMAP', axes: ['UMAP 1', 'UMAP 2'], places: await neighbourPlane(table, options, report) };
}

type Grouped = Pick<EmbeddingMap, 'groupOf' | 'groups' | 'isClustered'>;

function groupsOf(table: FeatureTable, data: EvaluationData, { clusters, seed }: MapOptions): Grouped {
  const { labels } = table;
  if (labels.every((label) => label < 0)) {
    const groupOf = clustersOf(table, clusters, seed);
    const count = groupOf.reduce((most, cluster) => Math.max(most, cluster + 1), 0);
    const groups = Array.from({ length: count }, (_, index) => `cluster ${index + 1}`);
    return { groupOf, groups, isClustered: true };
  }
  const present = [...new Set(labels)].sort((a, b) => a - b);
  // Images without a class come last.
  const order = [...present.filter((label) => label >= 0), ...present.filter((label) => label < 0)];
  const nameOf = (label: number): string =>
    label < 0 ? 'no class' : (data.classNames?.[label] ?? `class ${label}`);
  return {
    groupOf: labels.map((label) => order.indexOf(label)),
    groups: order.map(nameOf),
    isClustered: false,
  };
}

function aboutOf(
  { method }: Placed,
  isClustered: boolean,
  { name }: EvaluationData,
  split: string,
  { labels, width }: FeatureTable,
): string {
  const colours = isClustered
    ? 'Colours are clusters of the features (k-means), because there are no labels.'
    : 'Colours are classes.';
  const meaning =
    method === 'UMAP'
      ? 'Close points are similar; the distance between distant ones means little.'
      : 'The plane in which the features spread most.';
  return `${labels.length.toLocaleString('en-US')} images of ${name}, split ${split}, by ${width} features each. ${meaning} ${colours}`;
}
