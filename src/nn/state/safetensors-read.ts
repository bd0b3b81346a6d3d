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
 * Reads a safetensors file. `F16` and `BF16` tensors become `F32`, which holds all their values exactly.
 *
 * Every length, offset, name and type in the header is checked before anything is read by it, so files from
 * strangers are safe to open.
 *
 * @returns copies: the bytes may be thrown away.
 * @throws FulgurError `state` saying what is wrong with the file.
 */
export function decodeSafetensors(file: Uint8Array): SafetensorsFile {
  // The slices of a Node Buffer would share its memory; those of a plain array are copies.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const { entries, metadata, dataStart } = readHeader(bytes);
  const tensors: StateDict = new Map();
  for (const entry of entries) {
    tensors.set(entry.name, decodeTensor(bytes.slice(dataStart + entry.begin, dataStart + entry.end), entry));
  }
  return { tensors, metadata };
}

/** A file that is read where it is asked for. */
export interface ReadableBytes {
  readonly length: number;
  /** A copy of the bytes from `begin` to `end`. */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads a safetensors file tensor by tensor: it may be larger than any array can be, and only what it holds takes memory.
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
