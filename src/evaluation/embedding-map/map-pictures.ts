import type { ImageBatch, Json } from '../../contracts';
import type { MapPictures } from '../../report';

/** The longest side of a picture in pixels. */
const CELL = 48;

/** The normalisation of an evaluation view, by channel, of values in [0, 1]. */
export interface PixelScale {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

const unchanged: PixelScale = { mean: [0, 0, 0], std: [1, 1, 1] };

/** Returns how a run's configuration normalises images; `null` if that is unknown for a transform of the user's own. */
export function normalizationOf(config: Json): PixelScale | null {
  const { data } = (config ?? {}) as { data?: Readonly<Record<string, Json>> };
  const transform = data?.['evaluationTransform'] ?? data?.['transform'] ?? null;
  if (typeof transform !== 'object' || transform === null) return null;
  const [options] = Object.values(transform as Readonly<Record<string, Json>>);
  if (typeof options !== 'object' || options === null || !('normalize' in options)) return null;
  const normalize = (options as { readonly normalize: PixelScale | false | null }).normalize;
  return normalize === null || normalize === false ? unchanged : normalize;
}

/** Collects small pictures of images as they are embedded. */
export class PictureSheet {
  readonly #cells: Uint8Array[] = [];
  readonly #normalization: PixelScale | null;
  #cell = 0;

  constructor(config: Json) {
    this.#normalization = normalizationOf(config);
  }

  async add({ images }: ImageBatch): Promise<void> {
    const [count, height, width] = images.shape;
    const levels = (await images.data()) as Float32Array;
    this.#cell ||= Math.min(CELL, Math.max(height, width));
    const shades = this.#normalization ?? stretching(levels);
    for (let image = 0; image < count; image++) {
      const own = levels.subarray(image * height * width * 3, (image + 1) * height * width * 3);
      this.#cells.push(cellOf(own, height, width, this.#cell, shades));
    }
  }

  /** Returns all pictures in one image; `null` if there are none. */
  pictures(): MapPictures | null {
    const count = this.#cells.length;
    if (count === 0) return null;
    const cell = this.#cell;
    const columns = Math.ceil(Math.sqrt(count));
    const rows = Math.ceil(count / columns);
    const pixels = new Uint8Array(columns * rows * cell * cell * 3);
    this.#cells.forEach((picture, index) => {
      const left = (index % columns) * cell;
      const top = Math.floor(index / columns) * cell;
      for (let y = 0; y < cell; y++) {
        pixels.set(
          picture.subarray(y * cell * 3, (y + 1) * cell * 3),
          ((top + y) * columns * cell + left) * 3,
        );
      }
    });
    return { pixels, cell, columns, rows };
  }
}

/** The darkest value becomes black, the lightest white. */
function stretching(levels: Float32Array): PixelScale {
  let low = Infinity;
  let high = -Infinity;
  for (const value of levels) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const span = high - low || 1;
  return { mean: [0, 1, 2].map(() => -low / span), std: [0, 1, 2].map(() => 1 / span) };
}

/** Draws an image into a square cell: each pixel is the mean of those that it represents. */
function cellOf(
  levels: Float32Array,
  height: number,
  width: number,
  cell: number,
  { mean, std }: PixelScale,
): Uint8Array {
  const scale = Math.max(height, width) / cell;
  const pixels = new Uint8Array(cell * cell * 3).fill(255);
  const left = Math.floor((cell - width / scale) / 2);
  const top = Math.floor((cell - height / scale) / 2);
  for (let y = 0; y < Math.floor(height / scale); y++) {
    for (let x = 0; x < Math.floor(width / scale); x++) {
      const box = {
        y0: Math.floor(y * scale),
        x0: Math.floor(x * scale),
        y1: Math.ceil((y + 1) * scale),
        x1: Math.ceil((x + 1) * scale),
      };
      for (let channel = 0; channel < 3; channel++) {
        const level =
          meanOf(levels, width, height, channel, box) * (std[channel] ?? 1) + (mean[channel] ?? 0);
        pixels[((y + top) * cell + x + left) * 3 + channel] = Math.min(
          255,
          Math.max(0, Math.round(level * 255)),
        );
      }
    }
  }
  return pixels;
}

interface Box {
  readonly y0: number;
  readonly x0: number;
  readonly y1: number;
  readonly x1: number;
}

function meanOf(
  levels: Float32Array,
  width: number,
  height: number,
  channel: number,
  { y0, x0, y1, x1 }: Box,
): number {
  let sum = 0;
  let count = 0;
  for (let y = y0; y < Math.min(y1, height); y++) {
    for (let x = x0; x < Math.min(x1, width); x++) {
      sum += levels[(y * width + x) * 3 + channel] ?? 0;
      count += 1;
    }
  }
  return count === 0 ? 0 : sum / count;
}
