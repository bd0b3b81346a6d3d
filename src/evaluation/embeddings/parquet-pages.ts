import type { DataReader, PageHeader } from 'hyparquet/src/types.js';

/** The parts of hyparquet that pages are checked with. */
export interface PageTools {
  readonly parquetHeader: (reader: DataReader) => PageHeader;
  readonly snappyUncompress: (input: Uint8Array, output: Uint8Array) => void;
}

/** The description of a column's part of a row group in the footer. */
export interface ChunkClaim {
  readonly values: number;
  readonly codec: 'UNCOMPRESSED' | 'SNAPPY';
  /** The number of lists, and of lists and optional values, around a value. */
  readonly mostRepetitions: number;
  readonly mostDefinitions: number;
}

/** No snappy element expands to more than 64 bytes from three. */
const SNAPPY_RATIO = 22;
const LONGEST_VARINT = 5;

interface Page {
  readonly levels: DataView;
  readonly values: DataView;
  readonly count: number;
  readonly encoding: string | undefined;
  /** The lengths of repetition and definition levels; `null` if they are in front of the levels. */
  readonly lengths: readonly [number, number] | null;
}

/**
 * Checks that decoding the pages of a column cannot take more memory than its values need: the decoder believes every
 * length in a page.
 * @throws Error with the first page that claims something else than the footer.
 */
export function requireSoundPages(tools: PageTools, bytes: Uint8Array<ArrayBuffer>, claim: ChunkClaim): void {
  const view = viewOf(bytes);
  const reader: DataReader = { view, offset: 0 };
  let values = 0;
  while (reader.offset < view.byteLength) {
    const header = tools.parquetHeader(reader);
    const { compressed_page_size: size, uncompressed_page_size: whole } = header;
    demand(size >= 0 && reader.offset + size <= view.byteLength, 'a page ends after its column');
    demand(whole >= 0 && whole <= size * SNAPPY_RATIO + 64, 'a page is larger than its bytes can be');
    const body = bytes.subarray(reader.offset, reader.offset + size);
    reader.offset += size;
    if (header.type === 'DICTIONARY_PAGE') {
      demand((header.dictionary_page_header?.num_values ?? -1) >= 0, 'a dictionary has no length');
      demand((header.dictionary_page_header?.num_values ?? 0) <= whole, 'a dictionary is too long');
      continue;
    }
    const page = pageOf(tools, header, body, claim.codec);
    values += page.count;
    demand(page.count >= 0 && values <= claim.values, 'its pages contain more values than its footer states');
    requireRuns(page, claim);
  }
  demand(values === claim.values, 'its pages contain fewer values than its footer states');
}

function pageOf(tools: PageTools, header: PageHeader, body: Uint8Array, codec: ChunkClaim['codec']): Page {
  const whole = header.uncompressed_page_size;
  const unpacked = (packed: Uint8Array, size: number): DataView => {
    if (codec === 'UNCOMPRESSED') return viewOf(packed);
    const bytes = new Uint8Array(Math.max(0, size));
    tools.snappyUncompress(packed, bytes);
    return viewOf(bytes);
  };
  const { data_page_header: first, data_page_header_v2: second } = header;
  if (header.type === 'DATA_PAGE' && first !== undefined) {
    const values = unpacked(body, whole);
    return { levels: values, values, count: first.num_values, encoding: first.encoding, lengths: null };
  }
  demand(header.type === 'DATA_PAGE_V2' && second !== undefined, 'it contains an unknown kind of page');
  const lengths = [second.repetition_levels_byte_length, second.definition_levels_byte_length] as const;
  const begin = lengths[0] + lengths[1];
  demand(Math.min(...lengths) >= 0 && begin <= body.length, 'the levels of a page are longer than the page');
  demand(second.num_nulls >= 0 && second.num_nulls <= second.num_values, 'a page has more nulls than values');
  const rest = body.subarray(begin);
  const values = second.is_compressed === false ? viewOf(rest) : unpacked(rest, whole - begin);
  return { levels: viewOf(body), values, count: second.num_values, encoding: second.encoding, lengths };
}

function requireRuns(page: Page, { mostRepetitions, mostDefinitions }: ChunkClaim): void {
  let at = 0;
  for (const [i, most] of [mostRepetitions, mostDefinitions].entries()) {
    if (most === 0) continue;
    const length = page.lengths?.[i] ?? page.levels.getUint32(at, true);
    if (page.lengths === null) at += 4;
    requireRun(page.levels, at, at + length, 32 - Math.clz32(most), page.count);
    at += length;
  }
  if (page.encoding === 'PLAIN') return;
  const isIndexed = page.encoding === 'PLAIN_DICTIONARY' || page.encoding === 'RLE_DICTIONARY';
  demand(isIndexed, `the encoding ${page.encoding} is not supported`);
  const begin = page.lengths === null ? at : 0;
  const bits = page.values.getUint8(begin);
  demand(bits <= 32, 'a page has indices of more than 32 bits');
  requireRun(page.values, begin + 1, page.values.byteLength, bits, page.count, true);
}

/** Checks a run-length encoding, in which a few bytes may claim any number of values. */
function requireRun(
  view: DataView,
  begin: number,
  end: number,
  bits: number,
  count: number,
  mayEnd = false,
): void {
  demand(end <= view.byteLength, 'the levels of a page are longer than the page');
  let at = begin;
  for (let seen = 0; seen < count;) {
    // Nulls have no index.
    if (mayEnd && at >= end) return;
    let header = 0;
    for (let i = 0; ; i++) {
      demand(i < LONGEST_VARINT && at < end, 'a run has no length');
      const byte = view.getUint8(at);
      at += 1;
      header |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) break;
    }
    const isPacked = (header & 1) === 1;
    const number = (header >>> 1) * (isPacked ? 8 : 1);
    demand(number < count - seen + (isPacked ? 8 : 1), 'a run is longer than its page');
    at += isPacked ? (header >>> 1) * bits : Math.ceil(bits / 8);
    demand(at <= end, 'a run ends after its page');
    seen += number;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function demand(isSound: boolean, problem: string): asserts isSound {
  if (!isSound) throw new Error(problem);
}
