import { Readable } from 'node:stream';
import { FulgurError } from '../../errors';
import type { ModelIdentity } from '../model-identity';

/** Features of images in memory, with the contents of a file of embeddings. */
export interface Embeddings {
  /** Float32 `[images, width]`, row by row, unchanged outputs of the backbone. */
  readonly features: Float32Array;
  readonly width: number;
  /** The name of each image within its data set: the path below the folder, or the index. */
  readonly names: readonly string[];
  /** The class of each image, -1 if unknown; `null` if none is known. */
  readonly labels: Int32Array | null;
  /** The names of the classes that labels count; `null` if there are no labels. */
  readonly classNames: readonly string[] | null;
  /** The model that computed them; `null` if the file does not contain it. */
  readonly model: ModelIdentity | null;
}

/** The name of a row's image. */
export interface EmbeddedImage {
  readonly name: string;
  /** -1 if unknown. */
  readonly label: number;
}

/** The same data as columns that are read when needed: they may be larger than memory. */
export interface EmbeddingColumns {
  readonly rows: number;
  readonly width: number;
  readonly isLabelled: boolean;
  /** The number of code points in the longest name. */
  readonly longestName: number;
  readonly classNames: readonly string[] | null;
  readonly model: ModelIdentity | null;
  /** Float32 rows in the machine's byte order, which is little-endian wherever TensorFlow runs. */
  features(): AsyncIterable<Uint8Array>;
  images(): AsyncIterable<EmbeddedImage>;
}

/** Returns embeddings in memory as columns. */
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

/** Returns the number of code points in a name. */
export function lettersIn(name: string): number {
  return Array.from(name).length;
}

/** Returns the error for a file that does not contain embeddings; `does` continues the sentence after its name. */
export function notEmbeddings(path: string, does: string, cause?: unknown): FulgurError {
  return new FulgurError('data', {
    what: `The file ${path} ${does}.`,
    why: 'Embeddings are features and names of images, as written by the command embed.',
    fix: 'Use another file, or embed the images again.',
    cause,
  });
}
