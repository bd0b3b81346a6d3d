import type { ChartPoint } from './line-chart';

/**
 * The exponential mean of a line, as TensorBoard smooths: of each value and those before it, whose weights fall by `weight` a value;
 * values that are not finite stay as they are, and count for none.
 *
 * @param weight from 0 (the line itself) to below 1.
 */
export function smooth(points: readonly ChartPoint[], weight: number): ChartPoint[] {
  let sum = 0;
  let seen = 0;
  return points.map(([x, y]) => {
    if (!Number.isFinite(y)) return [x, y];
    sum = weight * sum + (1 - weight) * y;
    seen += 1;
    // The first mean is of few values: without this they would be drawn towards 0.
    return [x, weight === 0 ? y : sum / (1 - weight ** seen)];
  });
}
