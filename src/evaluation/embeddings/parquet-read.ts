import type { SchemaTree } from 'hyparquet';
import { parseJson } from '../../contracts';
import { FulgurError, messageOf } from '../../errors';
import { openRegularFile } from '../../system';
import { parseModelIdentity } from '../model-identity';
import { namesByLabel, notEmbeddings } from './embeddings';
import type { Embeddings } from './embeddings';
import { ParquetFile } from './parquet-file';
import type { Column } from './parquet-file';

/** Repeated values take hardly any bytes, so that a small file could claim any number of them. */
const VALUES_PER_BYTE = 64;
const FEWEST_VALUES_REJECTED = 1 << 24;

/**
 * Reads a file written by `parquetParts`, or by pandas or pyarrow with the same columns; one row group is decoded
 * at a time.
 * @throws FulgurError `data` if the file is damaged, or contains no embeddings.
 */
export async function readParquetEmbeddings(path: string): Promise<Embeddings> {
  const { parquetHeader } = await import('hyparquet/src/column.js');
  const library = { ...(await import('hyparquet')), parquetHeader };
  const file = await openRegularFile(path);
  try {
    const opened = await ParquetFile.open(path, file, library);
    return await embeddingsOf(opened, columnsIn(path, library.parquetSchema(opened.metadata)));
  } catch (error) {
    if (error instanceof FulgurError) throw error;
    throw notEmbeddings(path, `cannot be read: ${messageOf(error).replace(/\.$/, '')}`, error);
  } finally {
    await file.close();
  }
}

async function embeddingsOf(file: ParquetFile, columns: Columns): Promise<Embeddings> {
  const { path, metadata } = file;
  const texts = new Map(metadata.key_value_metadata?.map(({ key, value }) => [key, value]));
  const groups = metadata.row_groups;
  const rows = groups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
  if (rows !== Number(metadata.num_rows) || groups.some(({ num_rows }) => num_rows < 0n))
    throw notEmbeddings(path, 'states contradictory numbers of rows');
  const width = widthOf(file, columns.features, jsonOf(texts.get('width')));
  const features = new Float32Array(rows * width);
  const names: string[] = [];
  const labels: number[] = [];
  const classes = new Map<number, string>();
  for (const group of groups) {
    const read = async (column: Column | undefined): Promise<readonly unknown[]> =>
      column === undefined || group.num_rows === 0n ? [] : file.values(group, column);
    const begin = names.length;
    const groupLabels = await read(columns.label);
    const groupClasses = await read(columns.class);
    for (const name of await read(columns.name)) {
      if (typeof name !== 'string') throw notEmbeddings(path, `has no name in row ${names.length + 1}`);
      const label =
        columns.label === undefined ? -1 : labelOf(path, groupLabels[names.length - begin], names.length);
      const className = groupClasses[names.length - begin];
      names.push(name);
      labels.push(label);
      if (label >= 0 && typeof className === 'string') classes.set(label, className);
    }
    for (const [i, row] of (await read(columns.features)).entries()) {
      if (!Array.isArray(row) || row.length !== width || !row.every((value) => typeof value === 'number'))
        throw notEmbeddings(path, `has no list of ${width} numbers in row ${begin + i + 1}`);
      features.set(row, (begin + i) * width);
    }
  }
  return {
    ...{ features, width, names, labels: columns.label === undefined ? null : Int32Array.from(labels) },
    classNames:
      columns.class === undefined ? null : (textsOf(texts.get('class_names')) ?? namesByLabel(path, classes)),
    model: parseModelIdentity(jsonOf(texts.get('model'))),
  };
}

type Columns = Record<'name' | 'features', Column> & Partial<Record<'label' | 'class', Column>>;

function columnsIn(path: string, root: SchemaTree): Columns {
  const column = (name: string, types: readonly string[], depth = 0): Column | undefined => {
    let leaf = root.children.find(({ element }) => element.name === name);
    const around = leaf === undefined ? [] : [leaf];
    for (; leaf?.children.length === 1; around.push(leaf)) leaf = leaf.children[0] ?? leaf;
    if (leaf === undefined || leaf.children.length > 0) return undefined;
    const kinds = around.map(({ element }) => element.repetition_type);
    const mostRepetitions = kinds.filter((kind) => kind === 'REPEATED').length;
    const isExpected = mostRepetitions === depth && around.length === 1 + 2 * depth;
    if (!isExpected || !types.includes(leaf.element.type ?? '')) return undefined;
    const mostDefinitions = kinds.filter((kind) => kind !== 'REQUIRED').length;
    return { name, path: leaf.path.join('.'), levels: { mostRepetitions, mostDefinitions } };
  };
  const name = column('name', ['BYTE_ARRAY']);
  const features = column('features', ['FLOAT'], 1);
  if (name === undefined) throw notEmbeddings(path, "has no column 'name' of texts");
  if (features === undefined) throw notEmbeddings(path, "has no column 'features' of lists of float32");
  const label = column('label', ['INT32', 'INT64']);
  if (label === undefined && root.children.some(({ element }) => element.name === 'label'))
    throw notEmbeddings(path, "has a column 'label' that is neither int32 nor int64");
  const className = column('class', ['BYTE_ARRAY']);
  return { name, features, ...(label && { label }), ...(label && className && { class: className }) };
}

/** Returns the number of features in each row, by the number of values that the footer states. */
function widthOf(file: ParquetFile, column: Column, stated: unknown): number {
  const { path, size, metadata } = file;
  let total = 0;
  let width: number | null = null;
  for (const group of metadata.row_groups) {
    if (group.num_rows === 0n) continue;
    const values = Number(file.chunk(group, column).num_values);
    const own = values / Number(group.num_rows);
    width ??= own;
    total += values;
    if (!Number.isInteger(own) || own < 1 || own !== width)
      throw notEmbeddings(path, "has rows of different lengths in its column 'features'");
  }
  if (total > Math.max(FEWEST_VALUES_REJECTED, size * VALUES_PER_BYTE))
    throw notEmbeddings(path, `states ${total} features, which its ${size} bytes cannot contain`);
  return width ?? (Number.isSafeInteger(stated) ? Math.max(0, Number(stated)) : 0);
}

function labelOf(path: string, value: unknown, row: number): number {
  if (value === null) return -1;
  const label = Number(value);
  if (Number.isInteger(label) && Math.abs(label) <= 0x7fffffff) return label;
  throw notEmbeddings(path, `has a label that is not an int32 in row ${row + 1}`);
}

function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? null : parseJson(text);
  } catch {
    return null;
  }
}

function textsOf(text: string | undefined): readonly string[] | null {
  const value = jsonOf(text);
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
}
