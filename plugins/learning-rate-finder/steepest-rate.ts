const SKIPPED_AT_BEGIN = 10;
const SKIPPED_AT_END = 1;

/**
 * The rate at which the loss fell fastest, by its derivative with respect to the rate; without the first ten points and
 * the last one, and without losses that are not finite. `null` where fewer than two are left.
 */
export function steepestRate(rates: readonly number[], losses: readonly number[]): number | null {
  const points = rates
    .map((rate, index) => ({ rate, loss: losses[index] ?? NaN }))
    .slice(SKIPPED_AT_BEGIN, -SKIPPED_AT_END)
    .filter(({ loss }) => Number.isFinite(loss));
  if (points.length < 2) return null;
  const slopes = points.map((_, index) => slopeAt(points, index));
  return points[slopes.indexOf(Math.min(...slopes))]?.rate ?? null;
}

interface Point {
  readonly rate: number;
  readonly loss: number;
}

/** Second-order differences at uneven distances; at the ends the slope to the neighbour, as `torch.gradient`. */
function slopeAt(points: readonly Point[], index: number): number {
  const here = points[index];
  const before = points[index - 1];
  const after = points[index + 1];
  if (here === undefined) return NaN;
  const back = before === undefined ? null : slope(before, here);
  const forth = after === undefined ? null : slope(here, after);
  if (back === null || before === undefined) return forth ?? NaN;
  if (forth === null || after === undefined) return back;
  const left = here.rate - before.rate;
  const right = after.rate - here.rate;
  return (right * back + left * forth) / (left + right);
}

function slope(from: Point, to: Point): number {
  return (to.loss - from.loss) / (to.rate - from.rate);
}
