import type { OptionRule } from './option-rules';
import { isNumber } from './option-rules';

/** Mean and standard deviation of each channel, of values in [0, 1]. */
export interface NormalizeOptions {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** ImageNet's, as torchvision and lightly have them. */
export const imagenet: NormalizeOptions = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

export const normalizeRule: OptionRule = {
  expects: 'null, or { mean, std } with three numbers each, std above 0',
  accepts: (value) => {
    if (value === null) return true;
    if (typeof value !== 'object') return false;
    const { mean, std } = value as { mean?: unknown; std?: unknown };
    return isTriple(mean) && isTriple(std) && std.every((deviation) => deviation > 0);
  },
};

function isTriple(value: unknown): value is number[] {
  return Array.isArray(value) && value.length === 3 && value.every(isNumber);
}

/** Turns bytes into normalised floats: `(byte / 255 - mean) / std` in float32, as torch computes it. */
export class Normalization {
  readonly #red: Float32Array;
  readonly #green: Float32Array;
  readonly #blue: Float32Array;

  constructor(options: NormalizeOptions | null) {
    const { mean, std } = options ?? { mean: [0, 0, 0], std: [1, 1, 1] };
    this.#red = floatTable(mean[0], std[0]);
    this.#green = floatTable(mean[1], std[1]);
    this.#blue = floatTable(mean[2], std[2]);
  }

  /** Writes `length` RGB bytes as floats to `out`, from `offset` on. */
  write(pixels: Uint8Array, length: number, out: Float32Array, offset: number): void {
    const red = this.#red;
    const green = this.#green;
    const blue = this.#blue;
    for (let i = 0; i < length; i += 3) {
      out[offset + i] = red[pixels[i] ?? 0] ?? 0;
      out[offset + i + 1] = green[pixels[i + 1] ?? 0] ?? 0;
      out[offset + i + 2] = blue[pixels[i + 2] ?? 0] ?? 0;
    }
  }
}

function floatTable(mean: number, std: number): Float32Array {
  const f = Math.fround;
  return Float32Array.from({ length: 256 }, (_, byte) => f(f(f(byte / 255) - f(mean)) / f(std)));
}
