import type * as Hyparquet from 'hyparquet';
import type { AsyncBuffer, FileMetaData, RowGroup } from 'hyparquet';
import type { openRegularFile } from '../../system';
import { notEmbeddings } from './embeddings';
import { requireSoundPages } from './parquet-pages';
import type { ChunkClaim, PageTools } from './parquet-pages';

const LARGEST_FOOTER = 1 << 24;
const MAGIC = 0x31524150;
/** The length of the magic bytes at both ends and of the footer's length. */
const FRAME_BYTES = 12;

type FileHandle = Awaited<ReturnType<typeof openRegularFile>>;

/** A column that is read. */
export interface Column {
  readonly name: string;
  readonly path: string;
  readonly levels: Pick<ChunkClaim, 'mostRepetitions' | 'mostDefinitions'>;
}

/** The parts of hyparquet that files are read with. */
export type ParquetLibrary = PageTools & Pick<typeof Hyparquet, 'parquetMetadata' | 'parquetReadObjects'>;

/** An open Parquet file, whose columns are decoded one row group at a time. */
export class ParquetFile {
  private constructor(
    readonly path: string,
    readonly size: number,
    readonly metadata: FileMetaData,
    private readonly file: FileHandle,
    private readonly library: ParquetLibrary,
  ) {}

  /** @throws FulgurError `data`, or an error of the decoder, for a file without a readable footer. */
  static async open(path: string, file: FileHandle, library: ParquetLibrary): Promise<ParquetFile> {
    const { size } = await file.stat();
    const footer = await footerBytes(path, file, size);
    return new ParquetFile(path, size, library.parquetMetadata(footer, { geoparquet: false }), file, library);
  }

  /** Returns the description of a column's part of a row group. */
  chunk({ columns }: RowGroup, column: Column): NonNullable<RowGroup['columns'][0]['meta_data']> {
    const found = columns.find(({ meta_data }) => meta_data?.path_in_schema.join('.') === column.path);
    if (found?.meta_data !== undefined) return found.meta_data;
    throw notEmbeddings(this.path, `has a row group without the column '${column.name}'`);
  }

  /**
   * Returns the values of a column in a row group.
   * @throws FulgurError `data`, or an error of the decoder, for a damaged column.
   */
  async values(group: RowGroup, column: Column): Promise<readonly unknown[]> {
    const { file, library, metadata, size } = this;
    const chunk = this.chunk(group, column);
    const { codec, num_values, total_compressed_size, dictionary_page_offset, data_page_offset } = chunk;
    if (codec !== 'UNCOMPRESSED' && codec !== 'SNAPPY') {
      const problem = `is compressed with ${codec}; only snappy and no compression can be read`;
      throw notEmbeddings(this.path, problem);
    }
    if (column.levels.mostRepetitions === 0 && num_values !== group.num_rows)
      throw notEmbeddings(this.path, 'states contradictory numbers of rows');
    const first = dictionary_page_offset ?? data_page_offset;
    const begin = Number(first > 0n && first < data_page_offset ? first : data_page_offset);
    const end = begin + Number(total_compressed_size);
    if (begin < 4 || end < begin || end > size)
      throw notEmbeddings(this.path, `has its column '${column.name}' outside the file`);
    const bytes = await bytesOf(file, begin, end);
    requireSoundPages(library, new Uint8Array(bytes), {
      values: Number(num_values),
      codec,
      ...column.levels,
    });
    const checked: AsyncBuffer = {
      byteLength: size,
      slice: (from, to) => {
        if (from !== begin || to !== end) throw new Error('it refers to bytes outside its columns');
        return bytes;
      },
    };
    const only = {
      ...{ num_rows: group.num_rows, total_byte_size: group.total_byte_size },
      columns: [{ file_offset: 0n, meta_data: chunk }],
    };
    const objects = await library.parquetReadObjects({
      ...{ file: checked, columns: [column.name], geoparquet: false },
      metadata: { ...metadata, num_rows: group.num_rows, row_groups: [only] },
    });
    return objects.map((row) => row[column.name] as unknown);
  }
}

async function footerBytes(path: string, file: FileHandle, size: number): Promise<ArrayBuffer> {
  if (size < FRAME_BYTES) throw notEmbeddings(path, 'is too short for a Parquet file');
  const tail = new DataView(await bytesOf(file, size - 8, size));
  if (tail.getUint32(4, true) !== MAGIC) throw notEmbeddings(path, 'does not end like a Parquet file');
  const length = tail.getUint32(0, true);
  if (length > Math.min(LARGEST_FOOTER, size - FRAME_BYTES))
    throw notEmbeddings(path, `states a footer of ${length} bytes, which it cannot have`);
  return bytesOf(file, size - 8 - length, size);
}

async function bytesOf(file: FileHandle, begin: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(end - begin);
  for (let done = 0; done < bytes.length;) {
    const most = Math.min(1 << 30, bytes.length - done);
    const { bytesRead } = await file.read(bytes, done, most, begin + done);
    if (bytesRead === 0) throw new Error('it ends too early');
    done += bytesRead;
  }
  return bytes.buffer;
}
