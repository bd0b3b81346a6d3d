import type { ModuleMemory } from './module-memory';
import { aligned } from './module-memory';

/** Fixed-point fraction bits of a weight: 8 bits stay for the pixel, 2 against overflow. */
const WEIGHT_BITS = 22;
const ONE = 1 << WEIGHT_BITS;
/** A weight is stored in two parts: its lowest 15 bits, and the rest. */
const LOW_BITS = 15;
const LOW_MASK = (1 << LOW_BITS) - 1;
/** Half the filter's width at scale 1: the triangle of linear interpolation. */
const SUPPORT = 1;

/** Which outputs of an axis are wanted, and in which order. */
export interface AxisRange {
  readonly inSize: number;
  /** Size that the whole axis is resized to. */
  readonly outSize: number;
  /** First output wanted, and how many. */
  readonly first: number;
  readonly count: number;
  /** Last output first. */
  readonly mirrored: boolean;
}

/**
 * Weights of a linear resize along one axis: output i is the sum of `taps` inputs from start i on, times its weights.
 * When shrinking, the triangle widens with the scale, so that every input counts.
 *
 * Bit-equal to Pillow's `resize(..., BILINEAR)` on 8-bit images.
 */
export class AxisFilter {
  /** Addresses of the starts, 32 bits each, and of the weights. */
  starts = 0;
  weights = 0;
  /** Pairs of taps. A pair is four 16-bit numbers: the low parts of both weights, then the high parts. */
  pairs = 1;
  #exact = new Float64Array(0);

  constructor(private readonly memory: ModuleMemory) {}

  /**
   * Writes starts, in units of `unit` bytes, and weights from `at` on; returns where they end. They go on to a multiple of
   * four outputs: the ones too many weigh nothing.
   */
  prepare({ inSize, outSize, first, count, mirrored }: AxisRange, unit: number, at: number): number {
    const scale = inSize / outSize;
    const widening = Math.max(scale, 1);
    const support = SUPPORT * widening;
    const taps = Math.min(inSize, inSize === outSize ? 1 : Math.ceil(2 * support));
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
      // Windows at the far end shift inwards and get zero weights in front, so that all have one length.
      const start = Math.min(begin, inSize - taps);
      const row = mirrored ? count - 1 - i : i;
      ints[(this.starts >> 2) + row] = start * unit;
      this.#weigh(row, begin - start, Math.min(end, start + taps) - begin, center - begin, 1 / widening);
    }
    return end;
  }

  /** Weights of one output: `count` taps behind the first `skipped` ones; `center` counts from the first of them. */
  #weigh(row: number, skipped: number, count: number, center: number, narrowing: number): void {
    const exact = this.#exact;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const weight = Math.max(1 - Math.abs((i - center + 0.5) * narrowing), 0);
      exact[i] = weight;
      total += weight;
    }
    const { shorts } = this.memory;
    const at = (this.weights >> 1) + row * this.pairs * 4;
    for (let i = 0; i < count; i++) {
      const weight = Math.trunc(0.5 + ((exact[i] ?? 0) / total) * ONE);
      const tap = skipped + i;
      const place = at + (tap >> 1) * 4 + (tap & 1);
      shorts[place] = weight & LOW_MASK;
      shorts[place + 2] = weight >> LOW_BITS;
    }
  }
}
