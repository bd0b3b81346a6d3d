import { jsonText, parseJson } from '../../contracts';
import { FulgurError, messageOf } from '../../errors';
import { readSafetensors, safetensorsHead } from '../../nn';
import { openRegularFile } from '../../system';
import { parseModelIdentity } from '../model-identity';
import { notEmbeddings } from './embeddings';
import type { EmbeddingColumns, Embeddings } from './embeddings';

const ROWS_AT_ONCE = 1 << 16;
/** A longer header could not be read. */
const LONGEST_NAMES = 90_000_000;

/**
 * A safetensors file: `features` F32 `[n, d]`, `labels` I32 `[n]` if known; in its metadata `names`, `class_names` and
 * `model` as JSON.
 * @throws FulgurError `data` if there are more names than fit into its header.
 */
export async function* safetensorsEmbeddingParts(columns: EmbeddingColumns): AsyncGenerator<Uint8Array> {
  const { rows, width, isLabelled, classNames, model } = columns;
  const names: string[] = [];
  let length = 0;
  for await (const { name } of columns.images()) {
    length += name.length + 3;
    if (length > LONGEST_NAMES) throw tooManyNames(rows);
    names.push(name);
  }
  const { head, order } = safetensorsHead(
    new Map([
      ['features', { dtype: 'F32' as const, shape: [rows, width] }],
      ...(isLabelled ? [['labels', { dtype: 'I32' as const, shape: [rows] }] as const] : []),
    ]),
    {
      names: jsonText(names),
      ...(isLabelled && classNames !== null && { class_names: jsonText(classNames) }),
      ...(model !== null && { model: jsonText(model) }),
    },
  );
  yield head;
  for (const name of order) yield* name === 'features' ? columns.features() : labelBytes(columns);
}

async function* labelBytes(columns: EmbeddingColumns): AsyncGenerator<Uint8Array> {
  let labels: number[] = [];
  const bytes = (): Uint8Array => new Uint8Array(Int32Array.from(labels).buffer);
  for await (const { label } of columns.images()) {
    labels.push(label);
    if (labels.length < ROWS_AT_ONCE) continue;
    yield bytes();
    labels = [];
  }
  yield bytes();
}

/** @throws FulgurError `data` if the file is damaged, or contains no embeddings. */
export async function readSafetensorsEmbeddings(path: string): Promise<Embeddings> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    const read = async (begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> => {
      const bytes = new Uint8Array(end - begin);
      for (let done = 0; done < bytes.length;) {
        const { bytesRead } = await file.read(
          bytes,
          done,
          Math.min(1 << 30, bytes.length - done),
          begin + done,
        );
        if (bytesRead === 0) throw notEmbeddings(path, 'ends before its last tensor');
        done += bytesRead;
      }
      return bytes;
    };
    const { tensors, metadata } = await readSafetensors({ length: size, read });
    const features = tensors.get('features');
    const names = jsonOf(metadata['names']);
    if (features?.dtype !== 'F32' || features.shape.length !== 2) {
      throw notEmbeddings(path, 'contains no features as float32 [images, width]');
    }
    const [rows = 0, width = 0] = features.shape;
    if (!isTexts(names) || names.length !== rows) {
      throw notEmbeddings(path, `does not name the images of its ${rows} rows`);
    }
    const labels = tensors.get('labels') ?? null;
    if (labels !== null && (labels.dtype !== 'I32' || labels.data.length !== rows)) {
      throw notEmbeddings(path, `contains labels that are not int32 [${rows}]`);
    }
    const classNames = jsonOf(metadata['class_names']);
    return {
      features: features.data as Float32Array,
      width,
      names,
      labels: labels === null ? null : (labels.data as Int32Array),
      classNames: labels !== null && isTexts(classNames) ? classNames : null,
      model: parseModelIdentity(jsonOf(metadata['model'])),
    };
  } catch (error) {
    if (error instanceof FulgurError && error.what.includes(path)) throw error;
    throw notEmbeddings(path, `cannot be read: ${messageOf(error).replace(/\.$/, '')}`, error);
  } finally {
    await file.close();
  }
}

function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? null : parseJson(text);
  } catch {
    return null;
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function tooManyNames(rows: number): FulgurError {
  return new FulgurError('data', {
    what: `The names of ${rows} images do not fit into the header of a safetensors file.`,
    fix: 'Write an .npz file instead.',
  });
}
