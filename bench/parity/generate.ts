import { crc32 } from 'node:zlib';
import type { StateDict, StateTensor } from '../../src';
import type { Reference, TrainingSpec } from './reference';

const BIAS_BOUND = 0.125;
const BIAS_NAME = 'prediction_head.layers.3.bias';

/** A number in [0, 1) that depends on seed and index alone, the same in every language. */
function hash(seed: number, index: number): number {
  let x = (index + Math.imul(seed, 0x9e3779b1)) >>> 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x21f0aaad);
  x ^= x >>> 15;
  x = Math.imul(x, 0x735a2d97);
  x ^= x >>> 15;
  return (x >>> 0) / 2 ** 32;
}

/** Values uniform over ±bound, one after the other in C order. */
export function fill(name: string, length: number, seed: number, bound: number): Float32Array {
  const key = (seed + crc32(name)) >>> 0;
  return Float32Array.from({ length }, (_, i) => (2 * hash(key, i) - 1) * bound);
}

/** The state that training starts from. */
export function initialState({ spec, stateDict }: Reference): StateDict {
  return new Map(
    Object.entries(stateDict).map(([name, shape]) => [name, initialTensor(name, shape, spec.seed)]),
  );
}

function initialTensor(name: string, shape: readonly number[], seed: number): StateTensor {
  if (name.endsWith('.num_batches_tracked')) return { dtype: 'I64', shape, data: new BigInt64Array(1) };
  const length = shape.reduce((size, extent) => size * extent, 1);
  const bound = boundOf(name, shape);
  const data =
    bound === null
      ? new Float32Array(length).fill(isOneAtFirst(name) ? 1 : 0)
      : fill(name, length, seed, bound);
  return { dtype: 'F32', shape, data };
}

/** How far drawn values reach; `null` for a tensor that starts as PyTorch starts it. */
function boundOf(name: string, shape: readonly number[]): number | null {
  if (name === BIAS_NAME) return BIAS_BOUND;
  const [, inputs = 1, kernelHeight = 1, kernelWidth = 1] = shape;
  if (shape.length === 4) return Math.sqrt(6 / (inputs * kernelHeight * kernelWidth));
  return shape.length === 2 ? Math.sqrt(1 / inputs) : null;
}

function isOneAtFirst(name: string): boolean {
  return name.endsWith('.weight') || name.endsWith('.running_var');
}

/** The four views, each `[batch, size, size, 3]`: noise over an image of 4×4 cells that they share. */
export function makeViews({ seed, batch, size }: TrainingSpec): Float32Array[] {
  const cells = 4;
  const coarse = fill('coarse', batch * 3 * cells * cells, seed, 1);
  return [0, 1, 2, 3].map((view) => {
    const noise = fill(`view${view}`, batch * 3 * size * size, seed, 0.25);
    const pixels = new Float32Array(noise.length);
    let target = 0;
    for (let sample = 0; sample < batch; sample++) {
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
          for (let channel = 0; channel < 3; channel++, target++) {
            const plane = sample * 3 + channel;
            const cell = Math.floor((row * cells) / size) * cells + Math.floor((column * cells) / size);
            const value = noise[(plane * size + row) * size + column]!;
            pixels[target] = coarse[plane * cells * cells + cell]! + value;
          }
        }
      }
    }
    return pixels;
  });
}
