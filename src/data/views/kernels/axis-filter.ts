import type { ModuleMemory } from './module-memory';
import { aligned } from './module-memory';

/** Fixed-point fraction bits of a weight: 8 bits remain for the pixel and 2 against overflow. */
const WEIGHT_BITS = 22;
const ONE = 1 << WEIGHT_BITS;
/** A weight is stored in two parts: its lowest 15 bits, and the rest with the sign. */
const LOW_BITS = 15;
const LOW_MASK = (1 << LOW_BITS) - 1;

/** How pixels are interpolated. Both filters widen when shrinking, so that every input counts. */
export type Interpolation = 'bilinear' | 'bicubic';

/** The distance from a filter's centre beyond which its weight is 0, in inputs at scale 1. */
const supports: Readonly<Record<Interpolation, number>> = { bilinear: 1, bicubic: 2 };

/** Which outputs of an axis are needed, and in which order. */
export interface AxisRange {
  readonly inSize: number;
  /** Size that the whole axis is resized to. */
  readonly outSize: number;
  /** The first output and the number of outputs. */
  readonly first: number;
  readonly count: number;
  /** Whether the order is reversed. */
  readonly mirrored: boolean;
  readonly interpolation: Interpolation;
}

/**
 * The weights of a resize along one axis: output i is the weighted sum of `taps` inputs from start i on.
 *
 * Bit-equal to Pillow's `resize` with BILINEAR and BICUBIC on 8-bit images.
 */
export class AxisFilter {
  /** Addresses of the starts, 32 bits each, and of the weights. */
  starts = 0;
  weights = 0;
  /** Pairs of taps. A pair is four 16-bit numbers: the low parts of both weights, then the high parts. */
  pairs = 1;
  #exact = new Float64Array(0);
  #isCubic = false;

  constructor(private readonly memory: ModuleMemory) {}

  /**
   * Writes starts, in units of `unit` bytes, and weights from `at` on; returns where they end. They are padded to a
   * multiple of four outputs with zero weights.
   */
  prepare(range: AxisRange, unit: number, at: number): number {
    const { inSize, outSize, first, count, mirrored, interpolation } = range;
    const scale = inSize / outSize;
    const widening = Math.max(scale, 1);
    this.#isCubic = interpolation === 'bicubic';
    // At the same size, each output equals its input.
    const support = inSize === outSize ? 0.5 : supports[interpolation] * widening;
    const taps = Math.min(inSize, Math.ceil(2 * support));
    const padded = (count + 3) & ~3;
    this.pairs = (taps + 1) >> 1;
    this.starts = at;
    this.weights = aligned(at + padded * 4);
    const end = aligned(this.weights + padded * this.pairs * 8);
    this.memory.reach(end);
    if (this.#exact.length < taps) this.#exact = new Float64Array(taps);
    const { ints, bytes } = this.memory;
    bytes.fill(0, at, end);
    for (let i = 0; i < count; i++) {
      const center = (first + i + 0.5) * scale;
      const begin = Math.max(Math.trunc(center - support + 0.5), 0);
      const end = Math.min(Math.trunc(center + support + 0.5), inSize);
      // Windows at the far end are shifted inwards with leading zero weights, so that all have the same length.
      const start = Math.min(begin, inSize - taps);
      const row = mirrored ? count - 1 - i : i;
      ints[(this.starts >> 2) + row] = start * unit;
      this.#weigh(row, begin - start, Math.min(end, start + taps) - begin, center - begin, 1 / widening);
    }
    return end;
  }

  /**
   * Computes the weights of one output: `count` taps after the first `skipped` ones; `center` is relative to the first
   * of them.
   */
  #weigh(row: number, skipped: number, count: number, center: number, narrowing: number): void {
    const exact = this.#exact;
    const isCubic = this.#isCubic;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const distance = Math.abs((i - center + 0.5) * narrowing);
      const weight = isCubic ? cubicWeight(distance) : Math.max(1 - distance, 0);
      exact[i] = weight;
      total += weight;
    }
    const { shorts } = this.memory;
    const at = (this.weights >> 1) + row * this.pairs * 4;
    for (let i = 0; i < count; i++) {
      const share = ((exact[i] ?? 0) / total) * ONE;
      // Halves are rounded away from zero.
      const weight = share < 0 ? Math.trunc(share - 0.5) : Math.trunc(share + 0.5);
      const tap = skipped + i;
      const place = at + (tap >> 1) * 4 + (tap & 1);
      shorts[place] = weight & LOW_MASK;
      shorts[place + 2] = weight >> LOW_BITS;
    }
  }
}

/**
 * Cubic convolution with a = -1/2: negative between 1 and 2.
 *
 * Source: Keys, "Cubic convolution interpolation for digital image processing" (1981), equation 15.
 */
function cubicWeight(distance: number): number {
  if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
  return distance < 2 ? (((distance - 5) * distance + 8) * distance - 4) * -0.5 : 0;
}
