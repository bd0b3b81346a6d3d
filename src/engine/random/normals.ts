const { LN2, PI, clz32, cos, fround, log, sin, sqrt } = Math;

const WORDS = 2 ** 32;

/**
 * Returns a normally distributed number from two random words, by the Box-Muller transform.
 *
 * Source: Box and Muller, "A note on the generation of random normal deviates" (1958).
 */
export function normalOf(first: number, second: number): number {
  const radius = sqrt(-2 * log((first + 1) / WORDS));
  return radius * cos(2 * PI * (second / WORDS));
}

// Numbers from 1 to 2, and the circle, in bins: starting at a bin's middle, a few terms of a series suffice.
const logBins = 128;
const logs = Float64Array.from({ length: logBins }, (_, bin) => log(middle(bin)));
const inverses = Float64Array.from({ length: logBins }, (_, bin) => 1 / middle(bin));
/** 2^-32 to 2^0, by the power of two from 0 to 32. */
const scales = Float64Array.from({ length: 33 }, (_, power) => 2 ** -power);
const angleBins = 256;
const wordsPerAngle = WORDS / angleBins;
const cosines = Float64Array.from({ length: angleBins }, (_, bin) => cos(angle(bin)));
const sines = Float64Array.from({ length: angleBins }, (_, bin) => sin(angle(bin)));
const radiansPerWord = (2 * PI) / WORDS;

function middle(bin: number): number {
  return 1 + (bin + 0.5) / logBins;
}

function angle(bin: number): number {
  return (2 * PI * (bin + 0.5)) / angleBins;
}

/**
 * An upper bound for the error of the series' result. The error of its logarithm is at most 1e-15, and therefore that
 * of a radius of at least `leastRadius` 1e-13; the error of its cosine is 1e-14, times a radius of at most 6.7.
 */
const mostError = 1e-12;
const leastRadius = 0.02;

/**
 * Computes `out[i] = factor * normalOf(words[2 i], words[2 i + 1])` to the last bit of a float32, in a third of the
 * time: from the series, and with `normalOf` itself where the series' error could change the rounding.
 */
export function writeNormals(out: Float32Array, words: Uint32Array, factor: number): void {
  const error = Math.abs(factor) * mostError;
  for (let i = 0; i < out.length; i++) {
    const first = words[2 * i] as number;
    const second = words[2 * i + 1] as number;
    // first + 1 = scaled * 2^power; 2^32 has no bit among 32.
    const zeros = clz32((first + 1) | 0);
    const power = zeros === 32 ? 32 : 31 - zeros;
    const bin = (((first + 1) << zeros) << 1) >>> 25;
    const r = (first + 1) * (scales[power] as number) * (inverses[bin] as number) - 1;
    const series = r * (1 - r * (1 / 2 - r * (1 / 3 - r * (1 / 4 - r * (1 / 5 - r * (1 / 6))))));
    const radius = sqrt(-2 * ((logs[bin] as number) + (power - 32) * LN2 + series));
    const part = second >>> 24;
    const t = ((second & (wordsPerAngle - 1)) - wordsPerAngle / 2) * radiansPerWord;
    const q = t * t;
    const cosine =
      (cosines[part] as number) * (1 - q * (1 / 2 - q * (1 / 24 - q * (1 / 720)))) -
      (sines[part] as number) * t * (1 - q * (1 / 6 - q * (1 / 120)));
    const value = factor * (radius * cosine);
    const low = fround(value - error);
    // Zeros have signs, which a comparison does not see.
    const isCertain = radius > leastRadius && low === fround(value + error) && low !== 0;
    out[i] = isCertain ? low : factor * normalOf(first, second);
  }
}
