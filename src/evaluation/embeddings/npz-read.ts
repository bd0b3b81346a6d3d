import { parseJson } from '../../contracts';
import { openArrays, readArrayHeader, readElements, requireBytes } from '../../data';
import type { ArraySource, KnownArray } from '../../data';
import { parseModelIdentity } from '../model-identity';
import { notEmbeddings } from './embeddings';
import type { Embeddings } from './embeddings';

const BYTES_PER_LETTER = 4;

/**
 * Reads a file written by `npzParts`, or another npz file with such `features` and `names`.
 * @throws FulgurError `data` if the file is damaged, or does not contain these arrays.
 */
export async function readNpz(path: string): Promise<Embeddings> {
  const { sources, close } = await openArrays(path);
  try {
    const need = (name: string): ArraySource => {
      const source = sources.get(name);
      if (source !== undefined) return source;
      throw notEmbeddings(path, `contains no array '${name}'`);
    };
    const features = await readArrayHeader(need('features'));
    const [rows = 0, width = 0] = features.header.shape;
    if (
      features.header.shape.length !== 2 ||
      features.header.descr !== '<f4' ||
      features.header.fortranOrder
    ) {
      throw notEmbeddings(path, `contains features that are not float32 [images, width]`);
    }
    const names = await textsOf(path, need('names'));
    if (names.length !== rows) throw notEmbeddings(path, `contains ${names.length} names for ${rows} rows`);
    const labels = sources.has('labels') ? await labelsOf(path, need('labels'), rows) : null;
    const classNames = sources.has('class_names') ? await textsOf(path, need('class_names')) : null;
    const [model] = sources.has('model') ? await textsOf(path, need('model')) : [];
    return {
      features: new Float32Array(await elementsOf(features, 4)),
      width,
      names,
      labels,
      classNames: labels === null ? null : classNames,
      model: model === undefined ? null : parseModelIdentity(jsonOf(model)),
    };
  } finally {
    await close();
  }
}

async function elementsOf(array: KnownArray, elementBytes: number): Promise<ArrayBuffer> {
  requireBytes(array, elementBytes);
  const count = array.header.shape.reduce((product, extent) => product * extent, 1);
  const bytes = new Uint8Array(count * elementBytes);
  await readElements(array, bytes);
  return bytes.buffer;
}

async function labelsOf(path: string, source: ArraySource, rows: number): Promise<Int32Array> {
  const array = await readArrayHeader(source);
  const { descr, shape } = array.header;
  if (shape.length !== 1 || shape[0] !== rows || descr !== '<i4') {
    throw notEmbeddings(path, `contains labels that are not int32 [${rows}]`);
  }
  return new Int32Array(await elementsOf(array, 4));
}

async function textsOf(path: string, source: ArraySource): Promise<string[]> {
  const array = await readArrayHeader(source);
  const { descr, shape } = array.header;
  const letters = Number(/^<U(\d{1,9})$/.exec(descr)?.[1] ?? NaN);
  if (Number.isNaN(letters) || shape.length > 1) {
    throw notEmbeddings(path, `contains '${source.array}', which is not a list of texts`);
  }
  const codes = new Uint32Array(await elementsOf(array, letters * BYTES_PER_LETTER));
  return Array.from({ length: shape[0] ?? 1 }, (_, row) => {
    const own = codes.subarray(row * letters, (row + 1) * letters);
    const end = own.indexOf(0);
    let text = '';
    for (const code of end < 0 ? own : own.subarray(0, end)) {
      if (code > 0x10ffff)
        throw notEmbeddings(path, `contains '${source.array}' with ${code}, which is not a character`);
      text += String.fromCodePoint(code);
    }
    return text;
  });
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}
