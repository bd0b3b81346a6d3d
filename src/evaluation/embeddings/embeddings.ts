import { Readable } from 'node:stream';
import { FulgurError } from '../../errors';
import type { ModelIdentity } from '../model-identity';

/** Features of images in memory, as a file of embeddings holds them. */
export interface Embeddings {
  /** Float32 `[images, width]`, row by row, as the backbone gives them. */
  readonly features: Float32Array;
  readonly width: number;
  /** Of each image within its data set: the path below the folder, or the index. */
  readonly names: readonly string[];
  /** Class of each image, -1 where it is not known; `null` where none is known. */
  readonly labels: Int32Array | null;
  /** What labels count; `null` where there are no labels. */
  readonly classNames: readonly string[] | null;
  /** The model that gave them; `null` where the file does not say. */
  readonly model: ModelIdentity | null;
}

/** A row's image. */
export interface EmbeddedImage {
  readonly name: string;
  /** -1 where it is not known. */
  readonly label: number;
}

/** The same as columns that are read where they are needed: they may be larger than memory. */
export interface EmbeddingColumns {
  readonly rows: number;
  readonly width: number;
  readonly isLabelled: boolean;
  /** Code points of the longest name. */
  readonly longestName: number;
  readonly classNames: readonly string[] | null;
  readonly model: ModelIdentity | null;
  /** Float32 rows in the machine's byte order, which is little-endian wherever TensorFlow runs. */
  features(): AsyncIterable<Uint8Array>;
  images(): AsyncIterable<EmbeddedImage>;
}

/** Embeddings in memory as columns. */
export function columnsOf(embeddings: Embeddings): EmbeddingColumns {
  const { features, width, names, labels, classNames, model } = embeddings;
  return {
    rows: names.length,
    width,
    isLabelled: labels !== null,
    longestName: names.reduce((most, name) => Math.max(most, lettersIn(name)), 0),
    classNames,
    model,
    features: () =>
      Readable.from([new Uint8Array(features.buffer, features.byteOffset, features.byteLength)]),
    images: () => Readable.from(names.map((name, row) => ({ name, label: labels?.[row] ?? -1 }))),
  };
}

/** Code points of a name. */
export function lettersIn(name: string): number {
  return Array.from(name).length;
}

/** The error for a file that is not one of embeddings; `does` goes on after its name. */
export function notEmbeddings(path: string, does: string, cause?: unknown): FulgurError {
  return new FulgurError('data', {
    what: `The file ${path} ${does}.`,
    why: 'Embeddings are features and names of images, as the command embed writes them.',
    fix: 'Name another file, or embed the images again.',
    cause,
  });
}
