import { z } from 'zod';
import type { CurveChange, CurvePoints } from '../../src';

const number = z.number();
const column = z.array(number.nullable());
/** Schema of what `all` returns. */
export const curveSchema = z.object({
  name: z.string(),
  kind: z.enum(['step', 'epoch', 'page']),
  stride: number.int().positive(),
  steps: z.array(number),
  means: column,
  lows: column,
  highs: column,
  broken: z.array(number),
});

/** Several consecutive values of a metric. */
interface Point {
  /** Number of updates at the last value. */
  step: number;
  /** Counts of finite and other values. */
  finite: number;
  broken: number;
  mean: number;
  low: number;
  high: number;
}

/**
 * A metric's values in the order in which they came, thinned out: each point represents `stride` values, and when the
 * curve is full, neighbouring points are merged and the stride doubles. Which values a point represents depends on
 * their order alone, so a saved and restored curve continues as if it had never been interrupted.
 */
export class Curve {
  private points: Point[] = [];
  private stride = 1;
  /** Index of the first point that `takeChange` has not returned. */
  private changedFrom = 0;

  /** @param capacity maximum number of points; an even number. */
  constructor(
    readonly name: string,
    readonly kind: CurvePoints['kind'],
    private readonly capacity: number,
  ) {}

  add(step: number, value: number): void {
    const last = this.points.at(-1);
    const point = pointOf(step, value);
    if (last !== undefined && last.finite + last.broken < this.stride) {
      join(last, point);
      this.changedFrom = Math.min(this.changedFrom, this.points.length - 1);
      return;
    }
    if (this.points.length === this.capacity) this.thin();
    this.changedFrom = Math.min(this.changedFrom, this.points.length);
    this.points.push(point);
  }

  all(): CurvePoints {
    return this.pointsFrom(0);
  }

  /** Returns the points that are new or have changed since the last call; `null` if there are none. */
  takeChange(): CurveChange | null {
    const from = this.changedFrom;
    if (from >= this.points.length) return null;
    this.changedFrom = this.points.length;
    return { ...this.pointsFrom(from), from };
  }

  /** Restores what `all` returned; every point except the last represents a full stride. */
  static from(saved: CurvePoints, lastCount: number, capacity: number): Curve {
    const curve = new Curve(saved.name, saved.kind, capacity);
    curve.stride = saved.stride;
    curve.points = saved.steps.map((step, at) => {
      const count = at === saved.steps.length - 1 ? lastCount : saved.stride;
      const broken = saved.broken[at] ?? 0;
      return {
        ...{ step, broken, finite: Math.max(0, count - broken) },
        ...{
          mean: saved.means[at] ?? 0,
          low: saved.lows[at] ?? Infinity,
          high: saved.highs[at] ?? -Infinity,
        },
      };
    });
    return curve;
  }

  /** Number of values that the last point represents. */
  get lastCount(): number {
    const last = this.points.at(-1);
    return last === undefined ? 0 : last.finite + last.broken;
  }

  private thin(): void {
    const joined: Point[] = [];
    for (const [at, point] of this.points.entries()) {
      const before = joined.at(-1);
      if (at % 2 === 1 && before !== undefined) join(before, point);
      else joined.push(point);
    }
    this.points = joined;
    this.stride *= 2;
    this.changedFrom = 0;
  }

  private pointsFrom(from: number): CurvePoints {
    const { name, kind, stride } = this;
    const points = this.points.slice(from);
    const finite = (of: (point: Point) => number) =>
      points.map((point) => (point.finite === 0 ? null : of(point)));
    return {
      ...{ name, kind, stride },
      steps: points.map(({ step }) => step),
      means: finite(({ mean }) => mean),
      lows: finite(({ low }) => low),
      highs: finite(({ high }) => high),
      broken: points.map(({ broken }) => broken),
    };
  }
}

function pointOf(step: number, value: number): Point {
  return Number.isFinite(value)
    ? { step, finite: 1, broken: 0, mean: value, low: value, high: value }
    : { step, finite: 0, broken: 1, mean: 0, low: Infinity, high: -Infinity };
}

function join(into: Point, next: Point): void {
  const finite = into.finite + next.finite;
  // The mean of huge values stays finite, although their sum would not.
  if (next.finite > 0) {
    into.mean = into.mean * (into.finite / finite) + next.mean * (next.finite / finite);
  }
  into.step = next.step;
  into.finite = finite;
  into.broken += next.broken;
  into.low = Math.min(into.low, next.low);
  into.high = Math.max(into.high, next.high);
}
