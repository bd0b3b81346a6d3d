import { Readable } from 'node:stream';
import { FulgurError } from '../../errors';
import type { ModelIdentity } from '../model-identity';

/** A label beyond this would need more names than fit into memory. */
const MOST_CLASSES = 1 << 20;

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

/** Splits parts of any length into rows. */
export async function* featureRows(
  parts: AsyncIterable<Uint8Array>,
  width: number,
): AsyncGenerator<Float32Array, undefined> {
  const row = new Uint8Array(width * 4);
  let filled = 0;
  for await (const part of parts) {
    for (let at = 0; at < part.length;) {
      const taken = Math.min(row.length - filled, part.length - at);
      row.set(part.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < row.length) continue;
      yield new Float32Array(row.buffer.slice(0));
      filled = 0;
    }
  }
  return undefined;
}

/**
 * Returns the names of all classes up to the largest label. Labels that no row has are named by their numbers.
 * @throws FulgurError `data` for a label that is too large to be one of a class.
 */
export function namesByLabel(path: string, classes: ReadonlyMap<number, string>): string[] {
  let count = 0;
  for (const label of classes.keys()) count = Math.max(count, label + 1);
  if (count > MOST_CLASSES) throw notEmbeddings(path, `has the label ${count - 1}, which is too large`);
  return Array.from({ length: count }, (_, label) => classes.get(label) ?? String(label));
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
