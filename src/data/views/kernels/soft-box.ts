/** Box blurs that stand for one Gaussian blur. */
export const PASSES = 3;
/** Fixed-point fraction bits of a box's weights. */
export const BOX_BITS = 24;

/** A box filter with soft ends: `2 * radius + 1` pixels weigh `inner`, one more on each side weighs `outer`. */
export interface SoftBox {
  readonly radius: number;
  /** Of 2^24, as `outer`; all weights together make about 2^24. */
  readonly inner: number;
  readonly outer: number;
}

/**
 * The box that, applied three times, has a Gaussian's variance. All in float32, as Pillow computes it.
 *
 * Source: Gwosdek et al., "Theoretical foundations of Gaussian convolution by extended box filtering" (SSVM 2011).
 */
export function softBoxOf(sigma: number): SoftBox {
  const f = Math.fround;
  const narrow = f(sigma);
  const variance = f(f(narrow * narrow) / PASSES);
  const length = f(Math.sqrt(12 * variance + 1));
  const whole = Math.floor((length - 1) / 2);
  const numerator = f((2 * whole + 1) * f(whole * (whole + 1) - f(3 * variance)));
  const part = f(numerator / f(6 * f(variance - (whole + 1) * (whole + 1))));
  const exact = f(whole + part);
  const radius = Math.trunc(exact);
  const one = 1 << BOX_BITS;
  const inner = Math.trunc(f(one / f(f(exact * 2) + 1)));
  return { radius, inner, outer: Math.floor((one - (radius * 2 + 1) * inner) / 2) };
}
