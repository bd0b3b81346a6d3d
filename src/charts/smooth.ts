import type { ChartPoint } from './line-chart';

/**
 * Returns the exponential moving average of a line, as TensorBoard smooths: each value is averaged with those before
 * it, whose weights fall by a factor of `weight` per value. Non-finite values stay as they are and are left out of the
 * averages.
 *
 * @param weight from 0 (the line itself) up to, and not including, 1.
 */
export function smooth(points: readonly ChartPoint[], weight: number): ChartPoint[] {
  let sum = 0;
  let seen = 0;
  return points.map(([x, y]) => {
    if (!Number.isFinite(y)) return [x, y];
    sum = weight * sum + (1 - weight) * y;
    seen += 1;
    // The first means are of few values: without this correction, they would be biased towards 0.
    return [x, weight === 0 ? y : sum / (1 - weight ** seen)];
  });
}
