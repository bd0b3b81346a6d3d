import type { Image } from '../../image';
import type { ModuleMemory } from './module-memory';
import { aligned } from './module-memory';
import type { Interpolation } from './axis-filter';
import { AxisFilter } from './axis-filter';
import type { CropBox } from './crop-box';
import type { Kernels } from './kernels';

/** The size to which a crop is resized, and the part of the result that is needed (default: all of it). */
export interface ResizeTarget {
  readonly height: number;
  readonly width: number;
  readonly horizontalFlip?: boolean;
  readonly verticalFlip?: boolean;
  /** Default bilinear. */
  readonly interpolation?: Interpolation;
  readonly window?: CropBox;
}

/** The number of image bytes that are copied and filtered at a time: few enough to stay in a near cache. */
const STRIP = 65536;

/** The crop's rows: the start of the first, the stride, and the number of bytes per row. */
interface SourceRows {
  readonly image: Image;
  readonly first: number;
  readonly stride: number;
  readonly length: number;
}

/**
 * Crops, resizes with antialiasing, and flips. Bit-equal to cropping with Pillow 13, then `resize` with BILINEAR or
 * BICUBIC, then mirroring. (Pillow before 13 always filters along rows first; the results differ by up to one level.)
 */
export class Resizer {
  readonly #across: AxisFilter;
  readonly #down: AxisFilter;

  /** Memory from `scratch` on is reserved for the resizer. */
  constructor(
    private readonly kernels: Kernels,
    private readonly memory: ModuleMemory,
    private readonly scratch: number,
  ) {
    this.#across = new AxisFilter(memory);
    this.#down = new AxisFilter(memory);
  }

  /** Writes the target's (or the window's) rows of three planes, `plane` bytes each, to `out`. */
  resize(image: Image, crop: CropBox, target: ResizeTarget, out: number, plane: number): void {
    const { height, width, interpolation = 'bilinear' } = target;
    const window = target.window ?? { top: 0, left: 0, height, width };
    const stride = image.width * 3;
    const outStride = plane * 3;
    // Rounding to bytes between the two passes makes their order visible in the result.
    const shrunk = crop.height - height;
    const columnsFirst = shrunk > 0 && shrunk > 2 * (crop.width - width);
    const across = {
      inSize: crop.width,
      outSize: width,
      first: window.left,
      count: window.width,
      mirrored: target.horizontalFlip === true,
      interpolation,
    };
    const down = {
      inSize: crop.height,
      outSize: height,
      first: window.top,
      count: window.height,
      mirrored: target.verticalFlip === true,
      interpolation,
    };
    const afterAcross = this.#across.prepare(across, 3, this.scratch);
    const free = this.#down.prepare(down, columnsFirst ? stride : outStride, afterAcross);
    const first = crop.top * stride + crop.left * 3;
    const rows = { image, first, stride, length: crop.width * 3 };
    if (columnsFirst) {
      const middle = aligned(free + crop.height * stride);
      const middleStride = aligned(crop.width * 3);
      // An odd number of taps reads one more row, with weight 0.
      this.memory.reach(middle + window.height * middleStride + stride);
      this.#copyRows(rows, 0, crop.height, free);
      this.#filterColumns(free, stride, crop.width * 3, window.height, middle, middleStride);
      this.#filterRows(middle, middleStride, window.height, window.width, out, plane);
    } else {
      const strip = Math.max(1, Math.min(crop.height, Math.floor(STRIP / stride)));
      const middle = aligned(free + strip * stride);
      this.memory.reach(middle + (crop.height + 1) * outStride);
      for (let y = 0; y < crop.height; y += strip) {
        const height = Math.min(strip, crop.height - y);
        this.#copyRows(rows, y, height, free);
        this.#filterRows(free, stride, height, window.width, middle + y * outStride, plane);
      }
      this.#filterColumns(middle, outStride, outStride, window.height, out, outStride);
    }
  }

  #copyRows({ image, first, stride, length }: SourceRows, from: number, count: number, to: number): void {
    const start = first + from * stride;
    const end = start + (count - 1) * stride + length;
    this.memory.bytes.set(image.data.subarray(start, end), to);
  }

  #filterRows(from: number, stride: number, height: number, width: number, to: number, plane: number): void {
    const { starts, weights, pairs } = this.#across;
    this.kernels.resizeRows(from, stride, height, starts, weights, pairs, width, to, plane);
  }

  #filterColumns(
    from: number,
    stride: number,
    length: number,
    height: number,
    to: number,
    toStride: number,
  ): void {
    const { starts, weights, pairs } = this.#down;
    this.kernels.resizeColumns(from, stride, length, starts, weights, pairs, height, to, toStride);
  }
}
