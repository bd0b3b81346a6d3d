import type { OptionRule } from './option-rules';
import { isNumber } from './option-rules';

/** Mean and standard deviation per channel, for values in [0, 1]. */
export interface NormalizeOptions {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** ImageNet's values, as in torchvision and lightly. */
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
  /** The float of each byte per channel, `[3, 256]`. */
  readonly table = new Float32Array(3 * 256);

  constructor(options: NormalizeOptions | null) {
    const { mean, std } = options ?? { mean: [0, 0, 0], std: [1, 1, 1] };
    const f = Math.fround;
    for (let channel = 0; channel < 3; channel++) {
      for (let byte = 0; byte < 256; byte++) {
        const centered = f(f(byte / 255) - f(mean[channel] ?? 0));
        this.table[channel * 256 + byte] = f(centered / f(std[channel] ?? 1));
      }
    }
  }

  /** Writes RGB bytes as normalised floats to `out`, from `offset` on. */
  writeTo(rgb: Uint8Array, out: Float32Array, offset: number): void {
    for (let i = 0; i < rgb.length; i++) {
      out[offset + i] = this.table[(i % 3) * 256 + (rgb[i] ?? 0)] ?? 0;
    }
  }
}
