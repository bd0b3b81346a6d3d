import type { Image } from '../image';
import { ModuleMemory, aligned } from './kernels/module-memory';
import type { CropBox } from './kernels/crop-box';
import { GaussianBlur } from './kernels/gaussian-blur';
import type { Kernels } from './kernels/kernels';
import { instantiateKernels } from './kernels/kernels';
import type { ResizeTarget } from './kernels/resizer';
import { Resizer } from './kernels/resizer';
import { rotate } from './kernels/rotate';
import type { Normalization } from './normalization';

/** The number of floats that are normalised before being copied out: few enough to stay in the nearest cache. */
const CHUNK = 4096;
const TABLE_LENGTH = 3 * 256;
/** From this factor on, every difference of levels ends at black or white; the kernels' sums are exact up to it. */
const LARGEST_FACTOR = 8192;

/**
 * The pixels of one view in WebAssembly memory, with operations on them. Each operation is bit-equal to torchvision's
 * on PIL images. Memory is allocated once, except for larger crops.
 */
export class Canvas {
  readonly #kernels: Kernels = instantiateKernels();
  readonly #memory = new ModuleMemory(this.#kernels.memory);
  /** Bytes of a plane's row: the width, rounded up to whole vectors. */
  readonly #plane: number;
  readonly #length: number;
  readonly #chunkRows: number;
  readonly #table = 0;
  readonly #floats = TABLE_LENGTH * 4;
  #pixels: number;
  #spare: number;
  readonly #resizer: Resizer;
  readonly #blur: GaussianBlur;

  constructor(
    private readonly height: number,
    private readonly width: number,
  ) {
    this.#plane = aligned(width);
    this.#length = height * this.#plane * 3;
    this.#chunkRows = Math.max(1, Math.floor(CHUNK / (width * 3)));
    this.#pixels = aligned(this.#floats + this.#chunkRows * width * 3 * 4);
    this.#spare = this.#pixels + this.#length;
    const scratch = this.#spare + this.#length;
    this.#memory.reach(scratch);
    this.#resizer = new Resizer(this.#kernels, this.#memory, scratch);
    this.#blur = new GaussianBlur(this.#kernels, this.#memory, scratch);
  }

  /** Copies and resizes a part of an image. The target (or its window) has the canvas's size. */
  draw(image: Image, crop: CropBox, target: ResizeTarget): void {
    this.#resizer.resize(image, crop, target, this.#pixels, this.#plane);
  }

  /** Rotates by `degrees` counter-clockwise. */
  rotate(degrees: number): void {
    const { height, width } = this;
    const rows = { bytes: this.#memory.bytes, height, width, plane: this.#plane };
    rotate(rows, this.#pixels, degrees, this.#spare);
    [this.#pixels, this.#spare] = [this.#spare, this.#pixels];
  }

  adjustBrightness(factor: number): void {
    this.#blend(0, factor);
  }

  adjustContrast(factor: number): void {
    const sum = this.#kernels.sumLuma(this.#pixels, this.#plane, this.width, this.height);
    const mean = Math.floor(sum / (this.width * this.height) + 0.5);
    this.#blend(mean, factor);
  }

  adjustSaturation(factor: number): void {
    this.#kernels.saturate(this.#pixels, this.#plane, this.height, Math.min(factor, LARGEST_FACTOR));
  }

  /** Shifts the hue by `factor` of the colour circle. */
  adjustHue(factor: number): void {
    this.#kernels.turnHue(this.#pixels, this.#plane, this.height, Math.trunc(factor * 255));
  }

  grayscale(): void {
    this.#kernels.grayscale(this.#pixels, this.#plane, this.height);
  }

  /** Inverts levels of at least `threshold`. */
  solarize(threshold: number): void {
    const least = Math.max(0, Math.ceil(threshold));
    if (least < 256) this.#kernels.solarize(this.#pixels, this.#length, least);
  }

  /** Blurs; `sigma` is in pixels. */
  blur(sigma: number): void {
    const { width, height } = this;
    this.#blur.apply({ pixels: this.#pixels, spare: this.#spare, plane: this.#plane, width, height }, sigma);
  }

  /** Writes normalised floats `[height, width, 3]` to `out`, from `offset` on. */
  writeFloats({ table }: Normalization, out: Float32Array, offset: number): void {
    const { floats } = this.#memory;
    floats.set(table, this.#table >> 2);
    const row = this.width * 3;
    for (let y = 0; y < this.height; y += this.#chunkRows) {
      const rows = Math.min(this.#chunkRows, this.height - y);
      const from = this.#pixels + y * this.#plane * 3;
      this.#kernels.normalize(from, this.#plane, this.width, rows, this.#table, this.#floats);
      const first = this.#floats >> 2;
      out.set(floats.subarray(first, first + rows * row), offset + y * row);
    }
  }

  /** Returns RGB bytes `[height, width, 3]`. */
  toBytes(): Uint8Array {
    const { bytes } = this.#memory;
    const rgb = new Uint8Array(this.height * this.width * 3);
    let to = 0;
    for (let row = 0; row < this.height; row++) {
      const red = this.#pixels + row * 3 * this.#plane;
      for (let x = 0; x < this.width; x++, to += 3) {
        rgb[to] = bytes[red + x] ?? 0;
        rgb[to + 1] = bytes[red + this.#plane + x] ?? 0;
        rgb[to + 2] = bytes[red + 2 * this.#plane + x] ?? 0;
      }
    }
    return rgb;
  }

  /** Blends all levels away from one. */
  #blend(level: number, factor: number): void {
    this.#kernels.blend(this.#pixels, this.#length, level, Math.min(factor, LARGEST_FACTOR));
  }
}
