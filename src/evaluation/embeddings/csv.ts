import { CsvError, parse } from 'csv-parse';
import { FulgurError, messageOf } from '../../errors';
import { openRegularFile } from '../../system';
import { namesByLabel, notEmbeddings, featureRows } from './embeddings';
import type { EmbeddingColumns, Embeddings } from './embeddings';

const LONGEST_RECORD = 1 << 22;
/** A part of the file is written when it reaches this number of characters. */
const PART_LETTERS = 1 << 16;
/** The number of digits that distinguish any two float32 numbers. */
const DIGITS = 9;

/**
 * Comma-separated values: `name`, `label` and `class` if known, then `f0`, `f1` and so on. The format has no place for
 * the model's identity.
 */
export async function* csvParts({
  width,
  isLabelled,
  classNames,
  ...columns
}: EmbeddingColumns): AsyncGenerator<Uint8Array> {
  const heads = Array.from({ length: width }, (_, i) => `f${i}`);
  let text = `${['name', ...(isLabelled ? ['label', 'class'] : []), ...heads].join(',')}\n`;
  const features = featureRows(columns.features(), width);
  for await (const { name, label } of columns.images()) {
    const { value: row } = await features.next();
    const known = label < 0 ? ['', ''] : [String(label), quoted(classNames?.[label] ?? '')];
    const numbers = Array.from(row ?? [], (value) => String(Number(value.toPrecision(DIGITS))));
    text += `${[quoted(name), ...(isLabelled ? known : []), ...numbers].join(',')}\n`;
    if (text.length < PART_LETTERS) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The facts known after the first line. */
interface Head {
  readonly name: number;
  readonly label: number;
  readonly className: number;
  readonly features: readonly number[];
}

/** @throws FulgurError `data`, naming the line that cannot be read. */
export async function readCsvEmbeddings(path: string): Promise<Embeddings> {
  const file = await openRegularFile(path);
  let head: Head | null = null;
  let line = 1;
  const names: string[] = [];
  const labels: number[] = [];
  const classes = new Map<number, string>();
  const rows: Float32Array[] = [];
  try {
    const parser = file.createReadStream({ autoClose: false }).pipe(
      parse({
        bom: true,
        skip_empty_lines: true,
        max_record_size: LONGEST_RECORD,
        relax_column_count: false,
      }),
    );
    for await (const record of parser) {
      const values = record as readonly string[];
      if (head === null) {
        head = headOf(path, values);
        continue;
      }
      line += 1;
      names.push(values[head.name] ?? '');
      const label = head.label < 0 || values[head.label] === '' ? -1 : Number(values[head.label]);
      if (!Number.isInteger(label))
        throw notEmbeddings(path, `has a label that is not a whole number in row ${line}`);
      labels.push(label);
      if (label >= 0 && head.className >= 0) classes.set(label, values[head.className] ?? '');
      rows.push(Float32Array.from(head.features, (column) => numberOf(path, values[column] ?? '', line)));
    }
  } catch (error) {
    if (error instanceof FulgurError) throw error;
    const where = error instanceof CsvError ? ` in row ${line + 1}` : '';
    throw notEmbeddings(path, `cannot be read${where}: ${messageOf(error).replace(/\.$/, '')}`, error);
  } finally {
    await file.close();
  }
  if (head === null) throw notEmbeddings(path, 'is empty');
  const width = head.features.length;
  const features = new Float32Array(rows.length * width);
  rows.forEach((row, i) => features.set(row, i * width));
  const isLabelled = head.label >= 0;
  return {
    ...{ features, width, names, labels: isLabelled ? Int32Array.from(labels) : null },
    classNames: isLabelled && head.className >= 0 ? namesByLabel(path, classes) : null,
    model: null,
  };
}

function headOf(path: string, names: readonly string[]): Head {
  const features = names.flatMap((name, column) => (/^f\d+$/.test(name) ? [column] : []));
  const name = names.indexOf('name');
  if (name < 0 || features.length === 0) throw notEmbeddings(path, "has no columns 'name' and 'f0'");
  return { name, features, label: names.indexOf('label'), className: names.indexOf('class') };
}

function numberOf(path: string, text: string, line: number): number {
  const value = Number(text);
  const isNumber = text.trim() !== '' && (!Number.isNaN(value) || text === 'NaN');
  if (isNumber) return value;
  throw notEmbeddings(path, `has ${JSON.stringify(text.slice(0, 40))} instead of a number in row ${line}`);
}
