import type { StateDict } from '../../contracts';
import { FulgurError } from '../../errors';
import { elementBytes, elementCount } from './element-types';

const ALIGNMENT = 8;

/**
 * Writes named tensors in the safetensors format, which Python's `safetensors` reads.
 *
 * The header lists them in the order of the state dict; their data stands with the widest elements first, so that
 * every tensor is aligned. Equal states give equal bytes.
 *
 * @param metadata free text by key, kept in the header.
 * @throws FulgurError `state` for a tensor whose values do not fill its shape, or a name that the format reserves.
 *
 * Source: https://github.com/huggingface/safetensors, "Format".
 */
export function encodeSafetensors(
  state: StateDict,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  for (const [name, { dtype, shape, data }] of state) {
    if (name === '__metadata__' || data.byteLength !== elementCount(shape) * elementBytes[dtype]) {
      throw new FulgurError('state', {
        what: `Tensor '${name}' of ${dtype} [${shape.join(', ')}] with ${data.byteLength} bytes cannot be written as safetensors.`,
        fix: "Give it as many values as its shape asks for, and another name than '__metadata__'.",
      });
    }
  }

  const placed = [...state].sort(([, a], [, b]) => elementBytes[b.dtype] - elementBytes[a.dtype]);
  const offsets = new Map<string, [begin: number, end: number]>();
  let end = 0;
  for (const [name, { data }] of placed) offsets.set(name, [end, (end += data.byteLength)]);

  const entries = [...state].map(([name, { dtype, shape }]) => {
    const entry = { dtype, shape, data_offsets: offsets.get(name) };
    return `${JSON.stringify(name)}:${JSON.stringify(entry)}`;
  });
  if (Object.keys(metadata).length > 0) entries.unshift(`"__metadata__":${JSON.stringify(metadata)}`);
  const json = new TextEncoder().encode(`{${entries.join(',')}}`);
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;

  const bytes = new Uint8Array(8 + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8 + json.length, 8 + headerLength);
  bytes.set(json, 8);
  for (const [name, { data }] of placed) {
    const [begin] = offsets.get(name) ?? [0];
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + headerLength + begin);
  }
  return bytes;
}
