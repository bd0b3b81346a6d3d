import type { SchemaElement } from 'hyparquet';
import type { ColumnSource } from 'hyparquet-writer';
import { jsonText } from '../../contracts';
import type { EmbeddingColumns } from './embeddings';
import { featureRows } from './embeddings';

/** A row group is written when its features and names reach this size: nothing larger needs to fit into memory. */
const GROUP_BYTES = 1 << 22;
const LETTER_BYTES = 2;

/** Rows that are assembled for a row group. */
interface Group {
  readonly names: string[];
  readonly labels: (number | null)[];
  readonly features: number[][];
  bytes: number;
}

/**
 * A Parquet file with a column `name`, a column `features` of lists of float32 and, if known, `label` (int32, null if
 * missing) and `class`; in its metadata `width`, `class_names` and `model` as JSON. The columns are neither compressed
 * nor summarised by statistics: features hardly shrink, and equal embeddings give equal bytes.
 *
 * Source: Apache Parquet format 2.10, nested lists as in `LogicalTypes.md`.
 */
export async function* parquetParts(columns: EmbeddingColumns): AsyncGenerator<Uint8Array> {
  const { width, isLabelled, classNames, model } = columns;
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
  const writer = new ByteWriter();
  const hasClasses = isLabelled && classNames !== null;
  const file = new ParquetWriter({
    ...{ writer, codec: 'UNCOMPRESSED', statistics: false },
    schema: schemaOf(isLabelled, hasClasses),
    kvMetadata: [
      { key: 'width', value: jsonText(width) },
      ...(hasClasses ? [{ key: 'class_names', value: jsonText(classNames) }] : []),
      ...(model !== null ? [{ key: 'model', value: jsonText(model) }] : []),
    ],
  });
  const take = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  const write = ({ names, labels, features }: Group): void => {
    const label = { name: 'label', data: labels };
    const classes = labels.map((value) => (value === null ? null : (classNames?.[value] ?? null)));
    const columnData: Omit<ColumnSource, 'encoding' | 'offsetIndex'>[] = [
      { name: 'name', data: names },
      ...(isLabelled ? [label] : []),
      ...(hasClasses ? [{ name: 'class', data: classes }] : []),
      { name: 'features', data: features },
    ];
    void file.write({
      columnData: columnData.map((column) => ({ ...column, encoding: 'PLAIN', offsetIndex: false })),
      rowGroupSize: names.length,
      pageSize: 0,
    });
  };
  let group = emptyGroup();
  const rows = featureRows(columns.features(), width);
  for await (const { name, label } of columns.images()) {
    const { value: row } = await rows.next();
    group.names.push(name);
    group.labels.push(label < 0 ? null : label);
    group.features.push(Array.from(row ?? []));
    group.bytes += width * 4 + name.length * LETTER_BYTES;
    if (group.bytes < GROUP_BYTES) continue;
    write(group);
    group = emptyGroup();
    yield take();
  }
  if (group.names.length > 0) write(group);
  void file.finish();
  yield take();
}

function emptyGroup(): Group {
  return { names: [], labels: [], features: [], bytes: 0 };
}

function schemaOf(isLabelled: boolean, hasClasses: boolean): SchemaElement[] {
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;
  return [
    { name: 'root', num_children: 2 + Number(isLabelled) + Number(hasClasses) },
    { name: 'name', repetition_type: 'REQUIRED', ...text },
    ...(isLabelled ? [{ name: 'label', type: 'INT32', repetition_type: 'OPTIONAL' } as const] : []),
    ...(hasClasses ? [{ name: 'class', repetition_type: 'OPTIONAL', ...text } as const] : []),
    {
      ...{ name: 'features', repetition_type: 'REQUIRED', num_children: 1 },
      ...{ converted_type: 'LIST', logical_type: { type: 'LIST' } },
    },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
  ];
}
