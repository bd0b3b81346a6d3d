import { extname } from 'node:path';
import { FulgurError, messageOf } from '../../errors';
import { openRegularFile, writeWhole } from '../../system';
import { csvParts, readCsvEmbeddings } from './csv';
import { columnsOf, notEmbeddings } from './embeddings';
import type { EmbeddingColumns, Embeddings } from './embeddings';
import { readNpz } from './npz-read';
import { npzParts } from './npz-write';
import { readParquetEmbeddings } from './parquet-read';
import { parquetParts } from './parquet-write';
import { readSafetensorsEmbeddings, safetensorsEmbeddingParts } from './safetensors';

interface Format {
  readonly parts: (columns: EmbeddingColumns) => AsyncIterable<Uint8Array>;
  readonly read: (path: string) => Promise<Embeddings>;
}

const formats = {
  '.npz': { parts: npzParts, read: readNpz },
  '.safetensors': { parts: safetensorsEmbeddingParts, read: readSafetensorsEmbeddings },
  '.csv': { parts: csvParts, read: readCsvEmbeddings },
  '.parquet': { parts: parquetParts, read: readParquetEmbeddings },
} as const satisfies Readonly<Record<string, Format>>;

/** The possible endings of a file of embeddings, which determine its format. */
export const embeddingEndings = Object.keys(formats);

/** Returns a file's contents as successive parts, in the format of its extension: nothing needs to fit into memory. */
export function embeddingParts(path: string, columns: EmbeddingColumns): AsyncIterable<Uint8Array> {
  return formatOf(path).parts(columns);
}

/**
 * Checks that a file of embeddings can be written under this name.
 * @throws FulgurError `config` for an ending other than `.npz`, `.safetensors`, `.csv` and `.parquet`.
 */
export function requireEmbeddingEnding(path: string): void {
  formatOf(path);
}

/**
 * Reads a file of embeddings, as written by the command `embed`; the ending determines the format.
 * @throws FulgurError `data` if it does not exist, is damaged or is something else.
 */
export async function readEmbeddings(path: string): Promise<Embeddings> {
  const format = formatOf(path);
  try {
    await (await openRegularFile(path)).close();
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw notEmbeddings(path, isAbsent ? 'does not exist' : `cannot be opened: ${messageOf(error)}`, error);
  }
  return format.read(path);
}

/**
 * Writes embeddings completely or not at all.
 * @throws FulgurError `config` for an ending other than `.npz`, `.safetensors`, `.csv` and `.parquet`, `data` if the file
 *   cannot be written.
 */
export async function writeEmbeddings(path: string, embeddings: Embeddings): Promise<void> {
  const parts: Uint8Array[] = [];
  for await (const part of embeddingParts(path, columnsOf(embeddings))) parts.push(part);
  await writeWhole(path, ...parts);
}

function formatOf(path: string): Format {
  const ending = extname(path).toLowerCase();
  if (Object.hasOwn(formats, ending)) return formats[ending as keyof typeof formats];
  throw new FulgurError('config', {
    what: `Embeddings are written to files that end with ${embeddingEndings.join(', ')}, but ${path} does not.`,
    fix: `Use ${path.slice(0, path.length - ending.length)}.npz.`,
  });
}
