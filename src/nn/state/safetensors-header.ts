import type { StateDtype } from '../../contracts';
import { FulgurError, valueText } from '../../errors';
import { bytesPerElement, elementCount } from './element-types';
import { repeatedKey } from './repeated-key';
import { isReservedName, isWellFormed } from './tensor-names';

/** The element types that can be read. */
export type StoredDtype = StateDtype | 'F16' | 'BF16';

/** A tensor of the header, checked: its bytes exist and match its shape. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  /** Relative to the start of the data. */
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** The start of the data in the file. */
  readonly dataStart: number;
}

/** The length of the header's length, which precedes it. */
export const LENGTH_BYTES = 8;
/** The limit of the Python and Rust readers. */
export const LONGEST_HEADER = 100_000_000;
const storedBytes: Readonly<Record<StoredDtype, number>> = { ...bytesPerElement, F16: 2, BF16: 2 };

/**
 * Returns the start of the data in a file of `fileBytes` bytes, from its first `LENGTH_BYTES` bytes.
 *
 * @throws FulgurError `state` for a length that no header can have.
 */
export function dataStartOf(bytes: Uint8Array, fileBytes: number): number {
  if (fileBytes < LENGTH_BYTES) throw broken(`it has ${fileBytes} bytes, too few for a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > LONGEST_HEADER) throw broken(`its header claims ${length} bytes, more than ${LONGEST_HEADER}`);
  const dataStart = LENGTH_BYTES + Number(length);
  if (dataStart > fileBytes) {
    throw broken(`its header claims ${length} bytes, but the file has only ${fileBytes - LENGTH_BYTES}`);
  }
  return dataStart;
}

/**
 * @param bytes the file, at least up to its data.
 * @throws FulgurError `state` at the first violation of the format.
 */
export function readHeader(bytes: Uint8Array, fileBytes: number = bytes.length): Header {
  const dataStart = dataStartOf(bytes, fileBytes);
  const { __metadata__: metadata = {}, ...tensors } = parseObject(bytes.subarray(LENGTH_BYTES, dataStart));
  const entries = Object.entries(tensors).map(([name, entry]) => checkedEntry(name, entry));
  checkCoverage(entries, fileBytes - dataStart);
  return { entries, metadata: checkedMetadata(metadata), dataStart };
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    parsed = JSON.parse(text);
  } catch (cause) {
    throw broken('its header is not JSON', cause);
  }
  if (!text.startsWith('{') || !isRecord(parsed)) throw broken('its header is not a JSON object');
  if (hasHalfCharacter(text)) throw broken('its header contains an unpaired surrogate');
  const repeated = repeatedKey(text);
  if (repeated !== null) throw broken(`its header has the key '${repeated}' twice`);
  const refused = Object.keys(parsed).find((name) => name !== '__metadata__' && isReservedName(name));
  if (refused !== undefined) throw broken(`a tensor has the name '${refused}'`);
  return parsed;
}

/** Whether an escape represents an unpaired surrogate, which UTF-8 cannot represent and Python's reader rejects. */
function hasHalfCharacter(json: string): boolean {
  if (!/\\ud/i.test(json)) return false;
  let found = false;
  try {
    JSON.parse(json, (key, value: unknown) => {
      found ||= !isWellFormed(key) || (typeof value === 'string' && !isWellFormed(value));
      return value;
    });
  } catch (cause) {
    throw broken('its header is nested too deeply', cause);
  }
  return found;
}

function checkedEntry(name: string, entry: unknown): TensorEntry {
  if (!isRecord(entry)) throw broken(`the entry of tensor '${name}' is not an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isStoredDtype(dtype)) {
    throw new FulgurError('state', {
      what: `Tensor '${name}' of the safetensors file has the element type ${valueText(dtype)}.`,
      why: `Fulgur reads ${Object.keys(storedBytes).join(', ')}.`,
      fix: 'Convert it to F32 where the file is created.',
    });
  }
  if (!isExtents(shape)) throw broken(`tensor '${name}' has the shape ${valueText(shape)}`);
  if (!isExtents(offsets) || offsets.length !== 2) {
    throw broken(`tensor '${name}' has the offsets ${valueText(offsets)}`);
  }
  const [begin = 0, end = 0] = offsets;
  // Products beyond 2^53 are no longer exact, but still far above any possible length of a file.
  const size = elementCount(shape) * storedBytes[dtype];
  if (end - begin !== size) {
    throw broken(
      `tensor '${name}' of ${dtype} [${shape.join(', ')}] needs ${size} bytes, but has ${end - begin}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/** Tensors must fill the data from start to end, without overlaps or gaps. */
function checkCoverage(entries: readonly TensorEntry[], dataLength: number): void {
  let position = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < position)
      throw broken(`tensor '${name}' starts at byte ${begin}, inside the previous tensor`);
    if (begin > position) throw broken(`bytes ${position} to ${begin} belong to no tensor`);
    position = end;
  }
  if (position > dataLength)
    throw broken(`its tensors take ${position} bytes, but the file has only ${dataLength}`);
  if (position < dataLength) throw broken(`bytes ${position} to ${dataLength} belong to no tensor`);
}

function checkedMetadata(metadata: unknown): Readonly<Record<string, string>> {
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw broken("its '__metadata__' does not map keys to texts");
  }
  const refused = Object.keys(metadata).find(isReservedName);
  if (refused !== undefined) throw broken(`its '__metadata__' has the key '${refused}'`);
  return metadata as Record<string, string>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isExtents(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function isStoredDtype(value: unknown): value is StoredDtype {
  return typeof value === 'string' && Object.hasOwn(storedBytes, value);
}

function broken(problem: string, cause?: unknown): FulgurError {
  return new FulgurError('state', {
    what: `This is not a valid safetensors file: ${problem}.`,
    fix: 'Write the file again, or get it again from its source.',
    cause,
  });
}
