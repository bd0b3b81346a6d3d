/** Fixed-point fraction bits of a weight: 8 bits stay for the pixel, 2 against overflow. */
export const WEIGHT_BITS = 22;
const ONE = 1 << WEIGHT_BITS;
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
 * Weights of a linear resize along one axis: output i is the sum of `taps` inputs from `starts[i]` on, times
 * `weights[i * taps ...]`. When shrinking, the triangle widens with the scale, so that every input counts.
 *
 * Bit-equal to Pillow's `resize(..., BILINEAR)` on 8-bit images.
 */
export class AxisFilter {
  taps = 1;
  starts = new Int32Array(0);
  weights = new Int32Array(0);
  #exact = new Float64Array(0);

  prepare({ inSize, outSize, first, count, mirrored }: AxisRange): void {
    const scale = inSize / outSize;
    const widening = Math.max(scale, 1);
    const support = SUPPORT * widening;
    this.taps = Math.min(inSize, inSize === outSize ? 1 : Math.ceil(2 * support));
    this.#reserve(count);
    for (let i = 0; i < count; i++) {
      const center = (first + i + 0.5) * scale;
      const begin = Math.max(Math.trunc(center - support + 0.5), 0);
      const end = Math.min(Math.trunc(center + support + 0.5), inSize);
      // Windows at the far end shift inwards and get zero weights in front, so that all have one length.
      const start = Math.min(begin, inSize - this.taps);
      const row = mirrored ? count - 1 - i : i;
      this.starts[row] = start;
      this.#weigh(row * this.taps, start, begin, end, center, 1 / widening);
    }
  }

  #reserve(count: number): void {
    if (this.starts.length < count) this.starts = new Int32Array(count);
    if (this.weights.length < count * this.taps) this.weights = new Int32Array(count * this.taps);
    if (this.#exact.length < this.taps) this.#exact = new Float64Array(this.taps);
  }

  #weigh(at: number, start: number, begin: number, end: number, center: number, narrowing: number): void {
    const last = Math.min(end, start + this.taps);
    let total = 0;
    for (let input = begin; input < last; input++) {
      const weight = Math.max(1 - Math.abs((input - center + 0.5) * narrowing), 0);
      this.#exact[input - begin] = weight;
      total += weight;
    }
    this.weights.fill(0, at, at + this.taps);
    for (let input = begin; input < last; input++) {
      const share = (this.#exact[input - begin] ?? 0) / total;
      this.weights[at + input - start] = Math.trunc(0.5 + share * ONE);
    }
  }
}
