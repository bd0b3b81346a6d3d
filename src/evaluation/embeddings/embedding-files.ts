import { extname } from 'node:path';
import { FulgurError, messageOf } from '../../errors';
import { openRegularFile, writeWhole } from '../../system';
import { csvParts, readCsvEmbeddings } from './csv';
import { columnsOf, notEmbeddings } from './embeddings';
import type { EmbeddingColumns, Embeddings } from './embeddings';
import { readNpz } from './npz-read';
import { npzParts } from './npz-write';
import { readSafetensorsEmbeddings, safetensorsEmbeddingParts } from './safetensors';

interface Format {
  readonly parts: (columns: EmbeddingColumns) => AsyncIterable<Uint8Array>;
  readonly read: (path: string) => Promise<Embeddings>;
}

const formats = {
  '.npz': { parts: npzParts, read: readNpz },
  '.safetensors': { parts: safetensorsEmbeddingParts, read: readSafetensorsEmbeddings },
  '.csv': { parts: csvParts, read: readCsvEmbeddings },
} as const satisfies Readonly<Record<string, Format>>;

/** How a file of embeddings may end, which says how it is written. */
export const embeddingEndings = Object.keys(formats);

/** A file's contents in parts that follow each other, by its ending: nothing needs to fit into memory. */
export function embeddingParts(path: string, columns: EmbeddingColumns): AsyncIterable<Uint8Array> {
  return formatOf(path).parts(columns);
}

/**
 * Sees to it that a file of embeddings can be written by this name.
 *
 * @throws FulgurError `config` for an ending that is not one of `.npz`, `.safetensors` and `.csv`.
 */
export function requireEmbeddingEnding(path: string): void {
  formatOf(path);
}

/**
 * Reads a file of embeddings, as the command `embed` writes it; the ending says what it is.
 *
 * @throws FulgurError `data` where it is not there, damaged or something else.
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
 * Writes embeddings whole or not at all.
 *
 * @throws FulgurError `config` for another ending than `.npz`, `.safetensors` and `.csv`, `data` where the file cannot be written.
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
    what: `Embeddings are written to files that end in ${embeddingEndings.join(', ')}, and ${path} does not.`,
    fix: `Call it ${path.slice(0, path.length - ending.length)}.npz.`,
  });
}
