import type { ChartPoint } from './line-chart';

/**
 * Reduces a line to fewer points that look the same: the lowest and the highest of each stretch of points, so that no
 * peak is lost, and the first and the last point of the line. A gap (a non-finite value) remains a gap.
 *
 * @param points by ascending x.
 * @param most the largest number of points to keep, at least 4.
 */
export function downsample(points: readonly ChartPoint[], most: number): ChartPoint[] {
  if (points.length <= most) return [...points];
  const stretches = Math.max(1, Math.floor((most - 2) / 3));
  const kept = new Set<number>([0, points.length - 1]);
  for (let stretch = 0; stretch < stretches; stretch++) {
    const begin = Math.floor((stretch * points.length) / stretches);
    const end = Math.floor(((stretch + 1) * points.length) / stretches);
    for (const index of extremes(points, begin, end)) kept.add(index);
  }
  return [...kept].sort((a, b) => a - b).flatMap((index) => [points[index] ?? []] as ChartPoint[]);
}

/** Indices of the lowest and the highest value and one gap of a stretch. */
function extremes(points: readonly ChartPoint[], begin: number, end: number): number[] {
  let lowest = -1;
  let highest = -1;
  let gap = -1;
  let low = Infinity;
  let high = -Infinity;
  for (let index = begin; index < end; index++) {
    const y = points[index]?.[1] ?? NaN;
    if (!Number.isFinite(y)) gap = index;
    else {
      if (y < low) [low, lowest] = [y, index];
      if (y > high) [high, highest] = [y, index];
    }
  }
  return [lowest, highest, gap].filter((index) => index >= 0);
}
