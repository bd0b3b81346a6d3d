import { crc32 } from 'node:zlib';
import type { StateDict, StateTensor } from '../../src';
import { pytorchDraws } from './pytorch-draws';
import type { Reference, TrainingSpec } from './reference';

const BIAS_BOUND = 0.125;
const TOKEN_BOUND = 0.5;
const PATCH_BIAS = 'backbone.vit.patch_embed.proj.bias';

/** A number in [0, 1) that depends only on seed and index, and is the same in every language. */
function hash(seed: number, index: number): number {
  let x = (index + Math.imul(seed, 0x9e3779b1)) >>> 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x21f0aaad);
  x ^= x >>> 15;
  x = Math.imul(x, 0x735a2d97);
  x ^= x >>> 15;
  return (x >>> 0) / 2 ** 32;
}

/** Values uniform over ±bound, in C order. */
export function fill(name: string, length: number, seed: number, bound: number): Float32Array {
  const key = (seed + crc32(name)) >>> 0;
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = (2 * hash(key, i) - 1) * bound;
  return values;
}

/** The state from which training starts, without position embeddings, which are fixed. */
export function initialState({ spec, stateDict }: Pick<Reference, 'spec' | 'stateDict'>): StateDict {
  const drawn = Object.keys(stateDict).filter((name) => !name.endsWith('pos_embed'));
  return new Map(drawn.map((name) => [name, initialTensor(name, stateDict, spec.seed)]));
}

type Shapes = Reference['stateDict'];

function initialTensor(name: string, shapes: Shapes, seed: number): StateTensor {
  const shape = shapes[name] ?? [];
  if (name.endsWith('.num_batches_tracked')) return { dtype: 'I64', shape, data: new BigInt64Array(1) };
  const length = shape.reduce((size, extent) => size * extent, 1);
  if (name === PATCH_BIAS) return { dtype: 'F32', shape, data: patchBias(length, shapes) };
  const bound = boundOf(name, shapes);
  const data =
    bound === null
      ? new Float32Array(length).fill(isOneAtFirst(name) ? 1 : 0)
      : fill(studentOf(name), length, seed, bound);
  if (name === 'bank') toUnitRows(data, shape[1] ?? 1);
  return { dtype: 'F32', shape, data };
}

/** The biases of a convolution: the reference left these to PyTorch, which drew them after the convolution's weight. */
function patchBias(length: number, shapes: Shapes): Float32Array {
  const [outChannels = 0, ...inputs] = shapes[PATCH_BIAS.replace(/bias$/, 'weight')] ?? [];
  const fanIn = inputs.reduce((size, extent) => size * extent, 1);
  return pytorchDraws(0, outChannels * fanIn, length, 1 / Math.sqrt(fanIn));
}

/** Bound of the drawn values; `null` for a tensor with PyTorch's own initial values. */
function boundOf(name: string, shapes: Shapes): number | null {
  const shape = shapes[name] ?? [];
  if (name === 'bank') return 1;
  if (name === 'covariance' || name.endsWith('weight_g')) return null;
  if (/(cls|mask)_token$/.test(name)) return TOKEN_BOUND;
  if (name.endsWith('.bias') && isLinear(name, shapes)) return BIAS_BOUND;
  const [, inputs = 1, kernelHeight = 1, kernelWidth = 1] = shape;
  if (shape.length === 4) return Math.sqrt(6 / (inputs * kernelHeight * kernelWidth));
  return shape.length === 2 ? Math.sqrt(1 / inputs) : null;
}

/** Returns whether a bias belongs to a linear layer. */
function isLinear(bias: string, shapes: Shapes): boolean {
  return shapes[bias.replace(/bias$/, 'weight')]?.length === 2;
}

/** A teacher starts with the values of its student. */
function studentOf(name: string): string {
  return name.replace(/^(backbone|projection_head)_momentum\./, '$1.').replace(/^teacher_/, 'student_');
}

function isOneAtFirst(name: string): boolean {
  return /\.(weight|running_var|weight_g)$/.test(name);
}

function toUnitRows(values: Float32Array, width: number): void {
  for (let start = 0; start < values.length; start += width) {
    const row = values.subarray(start, start + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.forEach((value, index) => (row[index] = value / length));
  }
}

/** Height and width of each view. */
export function viewSizes({ method, size, cropSize = size }: TrainingSpec): number[] {
  if (method === undefined) return [size, size, size, size];
  if (method === 'mae') return [size];
  return method === 'swav' || method === 'dino' ? [size, size, cropSize, cropSize] : [size, size];
}

/** The views, each `[batch, size, size, 3]`: noise over an image of 4×4 cells that they share. */
export function makeViews(spec: TrainingSpec): Float32Array[] {
  const { seed, batch } = spec;
  const cells = 4;
  const coarse = fill('coarse', batch * 3 * cells * cells, seed, 1);
  return viewSizes(spec).map((size, view) => {
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
