import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { fulgurVersion } from '../../config';
import { FulgurError } from '../../errors';
import { licensedPageScript, pageAsset } from '../../pages';
import { writeWhole } from '../../system';
import type { ExportedModel } from '../exported-model';
import { nearestRows, precisionOf, quantise, quantisedIn } from './quantised';
import type { QuantisedFeatures } from './quantised';
import type { SearchableImages } from './searchable-images';
import { normalisedBytes, probeBytes } from './site';
import type { Site, SiteImages, SiteModel, SiteNames, SiteView } from './site';
import { siteDocument } from './site-document';
import { siteStyle } from './site-style';
import { writeThumbnails } from './thumbnails';

/** A file size that static servers accept. */
const PART_BYTES = 1 << 25;
const wasm = 'tfjs-backend-wasm-simd.wasm';

/** The contents of a site besides the model. */
export interface SiteParts {
  readonly images: SearchableImages | null;
  /** Human-readable identity of the model. */
  readonly identity: string;
  /** Path of the TensorFlow.js graph model, below the site's folder. */
  readonly modelFolder: string;
}

/**
 * Writes a site around a model: a page that runs it, and the images that it can find.
 *
 * @returns the site's description.
 * @throws FulgurError `config` if the evaluation view is the user's own, which a page cannot run; `data` if the
 *   features do not match the model.
 */
export async function writeSite(
  out: string,
  model: ExportedModel,
  { images, identity, modelFolder }: SiteParts,
): Promise<Site> {
  const view = viewOf(model);
  const { code, licences } = await licensedPageScript('search');
  const site: Site = {
    title: model.name,
    identity,
    fulgur: fulgurVersion(),
    view,
    model: { path: `${modelFolder}/model.json`, ...(await modelOf(model, view)) },
    images: images === null ? null : await writeImages(out, images, model.featureWidth),
  };
  const files: readonly (readonly [name: string, content: string | Uint8Array])[] = [
    ['index.html', siteDocument(site)],
    ['style.css', siteStyle],
    ['search.js', code],
    ['site.json', JSON.stringify(site)],
    [wasm, await pageAsset(wasm)],
    ['LICENSES.txt', licences],
  ];
  for (const [name, content] of files) await writeWhole(join(out, name), Buffer.from(content));
  return site;
}

function viewOf({ preprocessing }: ExportedModel): SiteView {
  if (preprocessing.kind === 'plain') {
    const { height, width, interpolation } = preprocessing;
    return { height, width, interpolation };
  }
  throw new FulgurError('config', {
    what: `The evaluation view is the experiment's own, ${preprocessing.name}, which a page cannot run.`,
    fix: "Let plain() of the experiment's transform return views.plain(...), or export to another format.",
  });
}

async function modelOf(
  { preprocessing, input, featureWidth, features }: ExportedModel,
  view: SiteView,
): Promise<Omit<SiteModel, 'path'>> {
  const { mean, std } = preprocessing.kind === 'plain' ? preprocessing : { mean: [0, 0, 0], std: [1, 1, 1] };
  const images = tf.tensor4d(normalisedBytes(probeBytes(view), { mean, std }), [
    1,
    view.height,
    view.width,
    3,
  ]);
  const found = features(images);
  try {
    const probe = [...(await found.data())];
    return { featureWidth, input: input.kind, mean: [...mean], std: [...std], probe };
  } finally {
    images.dispose();
    found.dispose();
  }
}

async function writeImages(
  out: string,
  { embeddings, pictures }: SearchableImages,
  featureWidth: number,
): Promise<SiteImages> {
  const { features, width, names, labels, classNames } = embeddings;
  if (width !== featureWidth) {
    throw new FulgurError('data', {
      what: `The embeddings have ${width} features, but the model has ${featureWidth}.`,
      fix: 'Embed the images with this model.',
    });
  }
  const shape = { rows: names.length, width, precision: precisionOf(names.length, width) };
  const buffer = quantise(features, shape);
  const parts: { path: string; bytes: number }[] = [];
  for (let at = 0; at < buffer.byteLength; at += PART_BYTES) {
    const part = new Uint8Array(buffer, at, Math.min(PART_BYTES, buffer.byteLength - at));
    const path = `images/features-${parts.length}.bin`;
    await writeWhole(join(out, path), part);
    parts.push({ path, bytes: part.length });
  }
  const path = 'images/names.json';
  const told: SiteNames = { names, labels: labels === null ? null : [...labels], classNames };
  await writeWhole(join(out, path), Buffer.from(JSON.stringify(told)));
  return {
    count: names.length,
    features: parts,
    precision: shape.precision,
    largestError: largestErrorOf(features, quantisedIn(buffer, shape)),
    names: path,
    thumbnails: pictures === null ? null : await writeThumbnails(out, pictures),
  };
}

/** Number of rows that are compared with others. */
const TRIED_ROWS = 32;
/** Maximum number of rows with which each is compared. */
const COMPARED_ROWS = 2048;

/** Measures the largest error of a similarity due to quantisation, on a sample of rows spread over all. */
function largestErrorOf(features: Float32Array, index: QuantisedFeatures): number {
  const { rows, width } = index;
  const exact = (row: number) => features.subarray(row * width, (row + 1) * width);
  let largest = 0;
  const some = { ...index, rows: Math.min(rows, COMPARED_ROWS) };
  for (let tried = 0; tried < Math.min(TRIED_ROWS, rows); tried++) {
    const row = exact(Math.floor((tried * rows) / Math.min(TRIED_ROWS, rows)));
    if (!row.some((value) => value !== 0)) continue;
    for (const near of nearestRows(some, row, some.rows)) {
      largest = Math.max(largest, Math.abs(near.similarity - cosineOf(row, exact(near.row))));
    }
  }
  return largest;
}

function cosineOf(a: Float32Array, b: Float32Array): number {
  let [product, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    product += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return product / Math.sqrt(ofA * ofB);
}
