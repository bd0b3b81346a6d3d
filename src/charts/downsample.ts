import type { ChartPoint } from './line-chart';

/**
 * A line of fewer points that looks the same: of each stretch of the points, the lowest and the highest, so that no peak is lost,
 * and the first and the last point of all. A gap (a value that is not finite) stays one.
 *
 * @param points by ascending x.
 * @param most points that are kept, at least 4.
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

/** The places of the lowest, the highest and one gap of a stretch. */
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
