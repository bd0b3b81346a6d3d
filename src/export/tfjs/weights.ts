import { FulgurError } from '../../errors';
import type { GraphConstant, GraphNode } from '../../graph';

/** Size of one weight file in bytes: suited to browser caches, and used by TensorFlow's own converter. */
export const SHARD_BYTES = 4 << 20;

/** One weight in `weightsManifest`. Source: `tfjs-core/src/io/types.ts`, `WeightsManifestEntry`. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
}

/** A constant as TensorFlow.js stores it: without uint8 and 64-bit integer types. */
export interface TfjsWeight {
  readonly entry: WeightEntry;
  /** Little-endian, row-major. */
  readonly bytes: Uint8Array;
}

/**
 * Converts a constant's elements to a type that TensorFlow.js supports.
 *
 * @throws FulgurError `module` for a 64-bit integer that does not fit 32 bits.
 */
export function tfjsWeight(node: GraphNode, constant: GraphConstant, name: string): TfjsWeight {
  const { dtype, shape, values } = constant;
  const narrowed = dtype === 'float32' || dtype === 'bool' ? values : toInt32(node, values);
  return {
    entry: { name, shape, dtype: dtype === 'float32' || dtype === 'bool' ? dtype : 'int32' },
    bytes: new Uint8Array(narrowed.buffer, narrowed.byteOffset, narrowed.byteLength),
  };
}

/** Divides the concatenated weights into files of `SHARD_BYTES`; returns their parts, without copying. */
export function shardsOf(weights: readonly Uint8Array[], size = SHARD_BYTES): Uint8Array[][] {
  const shards: Uint8Array[][] = [];
  let free = 0;
  for (const bytes of weights) {
    for (let done = 0; done < bytes.length;) {
      if (free === 0) {
        shards.push([]);
        free = size;
      }
      const part = bytes.subarray(done, done + free);
      shards.at(-1)?.push(part);
      done += part.length;
      free -= part.length;
    }
  }
  return shards;
}

function toInt32(node: GraphNode, values: GraphConstant['values']): Int32Array {
  if (values instanceof Int32Array) return values;
  return Int32Array.from(values as ArrayLike<number | bigint>, (value) => {
    const number = Number(value);
    if (number !== (number | 0)) throw tooLarge(node, number);
    return number;
  });
}

function tooLarge({ name, module }: GraphNode, value: number): FulgurError {
  const place = module === '' ? "the experiment's embed" : `the module '${module}'`;
  return new FulgurError('module', {
    what: `The constant ${name} of ${place} contains ${value}, which does not fit into TensorFlow.js's 32-bit integers.`,
    fix: 'Use smaller whole numbers, or export to another format.',
  });
}
