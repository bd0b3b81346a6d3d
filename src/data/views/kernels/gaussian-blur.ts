import type { ModuleMemory } from './module-memory';
import type { Kernels } from './kernels';
import type { SoftBox } from './soft-box';
import { softBoxOf } from './soft-box';

/** Rows of three planes, `plane` bytes each, and the same space again. */
export interface BlurPlace {
  readonly pixels: number;
  readonly spare: number;
  readonly plane: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Blurs in place. Edge pixels are repeated outwards. Bit-equal to Pillow's `GaussianBlur(sigma)`: three box blurs along
 * rows, then three along columns, each rounded to bytes.
 */
export class GaussianBlur {
  /** Memory from `scratch` on is reserved for the blur. */
  constructor(
    private readonly kernels: Kernels,
    private readonly memory: ModuleMemory,
    private readonly scratch: number,
  ) {}

  /** `sigma` is in pixels. */
  apply(place: BlurPlace, sigma: number): void {
    const box = softBoxOf(sigma);
    // Vector code handles the boxes of usual strengths, up to a sigma of 2.4.
    if (box.radius < 2) this.#blurNarrow(place, box);
    else this.#blurWide(place, box);
  }

  #blurNarrow({ pixels, spare, plane, width, height }: BlurPlace, { radius, inner, outer }: SoftBox): void {
    const { blurRows, blurColumns } = this.kernels;
    this.memory.reach(this.scratch + 2 * plane + 64);
    blurRows(pixels, spare, plane, width, height, radius, inner, outer, this.scratch);
    blurColumns(spare, pixels, 3 * plane, height, radius, inner, outer);
    blurColumns(pixels, spare, 3 * plane, height, radius, inner, outer);
    blurColumns(spare, pixels, 3 * plane, height, radius, inner, outer);
  }

  #blurWide({ pixels, plane, width, height }: BlurPlace, { radius, inner, outer }: SoftBox): void {
    const { blurWide } = this.kernels;
    this.memory.reach(this.scratch + 2 * (Math.max(width, height) + 2 * (radius + 1)));
    for (let row = 0; row < 3 * height; row++) {
      blurWide(pixels + row * plane, 1, width, radius, inner, outer, this.scratch);
    }
    for (let x = 0; x < 3 * plane; x++) {
      blurWide(pixels + x, 3 * plane, height, radius, inner, outer, this.scratch);
    }
  }
}
