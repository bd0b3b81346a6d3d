import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { FulgurError, counted } from '../../../errors';
import { reasonOf } from '../data-errors';
import type { TakeImage } from './listed-image';
import { badLine, badList } from './listed-image';

/** Otherwise an unclosed quote would turn the rest of the file into one value. */
const LONGEST_RECORD = 1 << 16;

/** Indices of the columns that are read; -1 if absent. */
interface Columns {
  readonly path: number;
  readonly label: number;
  readonly split: number;
}

/**
 * Reads a list of comma-separated values: a header with `path` and, if known, `label` and `split`; other columns are
 * skipped. White space around unquoted values is ignored.
 *
 * @throws FulgurError of kind `data` naming the unreadable line.
 */
export async function readCsv(file: string, content: Readable, take: TakeImage): Promise<void> {
  const seen: { columns: Columns | null; values: number; line: number } = {
    columns: null,
    values: 0,
    line: 0,
  };
  const parser = parse({
    bom: true,
    trim: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
    on_record: (values: readonly string[], { lines }) => {
      const { columns } = seen;
      seen.line = lines;
      seen.values = values.length;
      if (columns === null) seen.columns = columnsOf(file, lines, values);
      else {
        take({
          line: lines,
          path: values[columns.path] ?? '',
          label: columns.label < 0 ? null : (values[columns.label] ?? ''),
          split: columns.split < 0 ? null : (values[columns.split] ?? ''),
        });
      }
      // Nothing is passed on.
      return null;
    },
  });
  try {
    // The stream must be read to its end.
    await pipeline(content, parser.resume());
  } catch (error) {
    if (error instanceof FulgurError) throw error;
    if (!(error instanceof CsvError))
      throw badList(file, `cannot be read: ${reasonOf(error)}`, fixFile, error);
    throw badCsv(file, error, seen);
  }
  if (seen.columns === null) throw badList(file, 'is empty', 'Give it a header and one line per image.');
}

const fixFile = 'Set --data.path to a readable file.';

function columnsOf(file: string, line: number, values: readonly string[]): Columns {
  const names = values.map((value) => value.toLowerCase());
  const place = (name: string): number => names.indexOf(name);
  for (const name of ['path', 'label', 'split']) {
    if (place(name) !== names.lastIndexOf(name))
      throw badLine(file, line, `names the column ${name} twice`, 'Keep only one of them.');
  }
  if (place('path') < 0) {
    const fix = 'Give the list a header with comma-separated columns: path,label,split.';
    throw badLine(
      file,
      line,
      `has ${counted(names.length, 'column')}, but none is named path: ${shown(values)}`,
      fix,
    );
  }
  return { path: place('path'), label: place('label'), split: place('split') };
}

function shown(values: readonly string[]): string {
  const first = values.slice(0, 5).map((value) => (value.length > 40 ? `${value.slice(0, 40)}...` : value));
  return [...first, ...(values.length > 5 ? [`${values.length - 5} more`] : [])].join(', ');
}

function badCsv(
  file: string,
  error: CsvError,
  { line, values }: { readonly line: number; readonly values: number },
): FulgurError {
  const { code, record } = error;
  const isOpen = code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE';
  if (isOpen) {
    // The parser only noticed it much later.
    const does = line === 0 ? 'has' : 'is the last readable one: it is followed by';
    const isLong = code === 'CSV_MAX_RECORD_SIZE';
    const what = `${isLong ? `a line of more than ${LONGEST_RECORD} characters, or ` : ''}a quote that is not closed`;
    const fix = isLong ? 'Shorten the line, or close the quote.' : 'Close it.';
    return badLine(file, Math.max(line, 1), `${does} ${what}`, fix, error);
  }
  const count = Array.isArray(record) ? record.length : 0;
  const reasons: Readonly<Record<string, string>> = {
    CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: `has ${count} ${count === 1 ? 'value' : 'values'} instead of ${values}`,
    CSV_INVALID_CLOSING_QUOTE: 'has more text after a closing quote',
    CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: 'has more text after a closing quote',
    INVALID_OPENING_QUOTE: 'has a quote within an unquoted value',
  };
  const does = reasons[code] ?? `cannot be read: ${reasonOf(error)}`;
  return badLine(file, Number(error.lines), does, 'Correct the line.', error);
}
