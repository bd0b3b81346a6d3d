import type { StateDict, StateTensor } from '../../contracts';
import { elementArrays } from './element-types';
import { LENGTH_BYTES, dataStartOf, readHeader } from './safetensors-header';
import type { TensorEntry } from './safetensors-header';
import { widenBfloat16, widenFloat16 } from './half-floats';

/** Contents of a safetensors file. */
export interface SafetensorsFile {
  readonly tensors: StateDict;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a safetensors file. `F16` and `BF16` tensors become `F32`, which represents all their values exactly. Every
 * length, offset, name and type in the header is checked before it is used, so files from untrusted sources are safe to
 * open.
 *
 * @returns copies: the bytes may be discarded.
 * @throws FulgurError `state` with the defect of the file.
 */
export function decodeSafetensors(file: Uint8Array): SafetensorsFile {
  // Slices of a Node Buffer would share its memory; slices of a plain array are copies.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const { entries, metadata, dataStart } = readHeader(bytes);
  const tensors: StateDict = new Map();
  for (const entry of entries) {
    tensors.set(entry.name, decodeTensor(bytes.slice(dataStart + entry.begin, dataStart + entry.end), entry));
  }
  return { tensors, metadata };
}

/** A file of which only the requested parts are read. */
export interface ReadableBytes {
  readonly length: number;
  /** Returns a copy of the bytes from `begin` to `end`. */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads a safetensors file tensor by tensor: it may be larger than any array, and only the tensors themselves take
 * memory.
 *
 * @throws FulgurError `state` as `decodeSafetensors`.
 */
export async function readSafetensors(file: ReadableBytes): Promise<SafetensorsFile> {
  const start = await file.read(0, Math.min(LENGTH_BYTES, file.length));
  const head = await file.read(0, dataStartOf(start, file.length));
  const { entries, metadata, dataStart } = readHeader(head, file.length);
  const tensors: StateDict = new Map();
  for (const entry of entries) {
    const bytes = await file.read(dataStart + entry.begin, dataStart + entry.end);
    tensors.set(entry.name, decodeTensor(bytes, entry));
  }
  return { tensors, metadata };
}

function decodeTensor(bytes: Uint8Array<ArrayBuffer>, { dtype, shape }: TensorEntry): StateTensor {
  if (dtype === 'F16') return { dtype: 'F32', shape, data: widenFloat16(words(bytes)) };
  if (dtype === 'BF16') return { dtype: 'F32', shape, data: widenBfloat16(words(bytes)) };
  return { dtype, shape, data: new elementArrays[dtype](bytes.buffer) };
}

function words(bytes: Uint8Array<ArrayBuffer>): Uint16Array {
  return new Uint16Array(bytes.buffer);
}
