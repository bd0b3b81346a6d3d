/** The number of box blurs that approximate one Gaussian blur. */
export const PASSES = 3;
/** Fixed-point fraction bits of a box's weights. */
export const BOX_BITS = 24;

/** A box filter with soft ends: `2 * radius + 1` pixels have the weight `inner`, and one more on each side `outer`. */
export interface SoftBox {
  readonly radius: number;
  /** In units of 2^-24, like `outer`; all weights together are about 2^24. */
  readonly inner: number;
  readonly outer: number;
}

/**
 * Returns the box that has a Gaussian's variance when applied three times, computed in float32 as by Pillow.
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
