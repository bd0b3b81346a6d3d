import type { StateDict, StateTensor } from '../../contracts';
import { FulgurError } from '../../errors';
import { bytesPerElement, elementCount, valuesProblem } from './element-types';
import { LONGEST_HEADER } from './safetensors-header';
import { isWellFormed, requireTensorName } from './tensor-names';

const ALIGNMENT = 8;

/**
 * Writes named tensors in the safetensors format, which Python's `safetensors` reads.
 *
 * The header lists them in the order of the state dict; the data with the widest elements comes first, so that every
 * tensor is aligned. Equal states produce equal bytes.
 *
 * @param metadata any text by key, stored in the header.
 * @throws FulgurError `state` for a tensor whose values do not match its type and shape, and for files that no reader
 *   would accept: reserved names, a header that is too long.
 *
 * Source: https://github.com/huggingface/safetensors, "Format".
 */
export function encodeSafetensors(
  state: StateDict,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const parts = safetensorsParts(state, metadata);
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Encodes the same file as successive parts, the head and each tensor's data: nothing is copied, and the file may be
 * larger than any array.
 *
 * @throws FulgurError `state` as `encodeSafetensors`.
 */
export function safetensorsParts(
  state: StateDict,
  metadata: Readonly<Record<string, string>> = {},
): readonly Uint8Array[] {
  for (const [name, tensor] of state) {
    const problem = valuesProblem(tensor);
    if (problem === null) continue;
    throw new FulgurError('state', {
      what: `Tensor '${name}' of ${tensor.dtype} [${tensor.shape.join(', ')}] ${problem}.`,
      fix: 'Provide as many values as its shape requires, in the array of its type.',
    });
  }

  const { head, order } = safetensorsHead(state, metadata);
  const data = order.map((name) => state.get(name)?.data ?? new Uint8Array());
  return [head, ...data.map((own) => new Uint8Array(own.buffer, own.byteOffset, own.byteLength))];
}

/** The part before the data of a safetensors file, and the order of the data. */
export interface SafetensorsHead {
  readonly head: Uint8Array;
  /** Names in the order of their data: the widest elements first. */
  readonly order: readonly string[];
  /** Relative to the start of the data. */
  readonly offsets: ReadonlyMap<string, readonly [begin: number, end: number]>;
  /** The number of bytes of data. */
  readonly length: number;
}

/**
 * Returns the head of a file whose data is written separately, such as data that does not fit into memory.
 *
 * @throws FulgurError `state` for files that no reader would accept: reserved names, a head that is too long.
 */
export function safetensorsHead(
  tensors: ReadonlyMap<string, Pick<StateTensor, 'dtype' | 'shape'>>,
  metadata: Readonly<Record<string, string>> = {},
): SafetensorsHead {
  for (const name of [...tensors.keys(), ...Object.keys(metadata)]) requireTensorName(name);
  for (const [key, text] of Object.entries(metadata)) {
    if (isWellFormed(text)) continue;
    throw new FulgurError('state', {
      what: `The metadata '${key}' contains an unpaired surrogate.`,
      why: 'A safetensors file with this text could not be read.',
      fix: 'Use a text of whole characters.',
    });
  }
  const placed = [...tensors].sort(([, a], [, b]) => bytesPerElement[b.dtype] - bytesPerElement[a.dtype]);
  const offsets = new Map<string, readonly [begin: number, end: number]>();
  let length = 0;
  for (const [name, { dtype, shape }] of placed) {
    offsets.set(name, [length, (length += elementCount(shape) * bytesPerElement[dtype])]);
  }
  const entries = [...tensors].map(([name, { dtype, shape }]) => {
    const entry = { dtype, shape, data_offsets: offsets.get(name) };
    return `${JSON.stringify(name)}:${JSON.stringify(entry)}`;
  });
  if (Object.keys(metadata).length > 0) entries.unshift(`"__metadata__":${JSON.stringify(metadata)}`);
  const json = new TextEncoder().encode(`{${entries.join(',')}}`);
  if (json.length > LONGEST_HEADER) {
    throw new FulgurError('state', {
      what: `The names of ${tensors.size} tensors take ${json.length} bytes, but the header of a safetensors file has at most ${LONGEST_HEADER}.`,
      fix: 'Split the tensors over several files, or shorten their names.',
    });
  }
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const head = new Uint8Array(8 + headerLength);
  new DataView(head.buffer).setBigUint64(0, BigInt(headerLength), true);
  head.fill(0x20, 8 + json.length);
  head.set(json, 8);
  return { head, order: placed.map(([name]) => name), offsets, length };
}
