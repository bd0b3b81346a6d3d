/** Fixed-point fraction bits of a weight: 8 bits stay for the pixel, 2 against overflow. */
export const WEIGHT_BITS = 22;
const ONE = 1 << WEIGHT_BITS;
/** Half the filters' widths at scale 1. */
const supports = { bilinear: 1, bicubic: 2 };

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
  readonly interpolation: 'bilinear' | 'bicubic';
}

/**
 * Weights of a resize along one axis: output i is the sum of `taps` inputs from `starts[i]` on, times
 * `weights[i * taps ...]`. When shrinking, the filter widens with the scale, so that every input counts.
 *
 * Bit-equal to Pillow's `resize` with BILINEAR and BICUBIC on 8-bit images.
 */
export class AxisFilter {
  taps = 1;
  starts = new Int32Array(0);
  weights = new Int32Array(0);
  #exact = new Float64Array(0);

  prepare({ inSize, outSize, first, count, mirrored, interpolation }: AxisRange): void {
    const scale = inSize / outSize;
    const widening = Math.max(scale, 1);
    const support = supports[interpolation] * widening;
    this.taps = Math.min(inSize, Math.ceil(2 * support));
    this.#reserve(count);
    for (let i = 0; i < count; i++) {
      const center = (first + i + 0.5) * scale;
      const begin = Math.max(Math.trunc(center - support + 0.5), 0);
      const end = Math.min(Math.trunc(center + support + 0.5), inSize);
      // Windows at the far end shift inwards and get zero weights in front, so that all have one length.
      const start = Math.min(begin, inSize - this.taps);
      const row = mirrored ? count - 1 - i : i;
      this.starts[row] = start;
      this.#weigh(row * this.taps, start, begin, end, (input) =>
        curve(interpolation, Math.abs((input - center + 0.5) / widening)),
      );
    }
  }

  #reserve(count: number): void {
    if (this.starts.length < count) this.starts = new Int32Array(count);
    if (this.weights.length < count * this.taps) this.weights = new Int32Array(count * this.taps);
    if (this.#exact.length < this.taps) this.#exact = new Float64Array(this.taps);
  }

  #weigh(at: number, start: number, begin: number, end: number, weightOf: (input: number) => number): void {
    const last = Math.min(end, start + this.taps);
    let total = 0;
    for (let input = begin; input < last; input++) {
      const weight = weightOf(input);
      this.#exact[input - begin] = weight;
      total += weight;
    }
    this.weights.fill(0, at, at + this.taps);
    for (let input = begin; input < last; input++) {
      const share = (this.#exact[input - begin] ?? 0) / total;
      this.weights[at + input - start] = Math.trunc(share * ONE + (share < 0 ? -0.5 : 0.5));
    }
  }
}

/** A filter's weight at a distance from its centre; Keys' cubic with a = -1/2. */
function curve(interpolation: AxisRange['interpolation'], x: number): number {
  if (interpolation === 'bilinear') return Math.max(1 - x, 0);
  if (x < 1) return ((-0.5 + 2) * x - (-0.5 + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
}
