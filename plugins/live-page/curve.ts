import { z } from 'zod';
import type { CurveChange, CurvePoints } from '../../src';

const number = z.number();
const column = z.array(number.nullable());
/** Of what `all` gives. */
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

/** Several values in a row of a metric. */
interface Point {
  /** Updates that were done at the last of them. */
  step: number;
  /** Finite values, and others. */
  finite: number;
  broken: number;
  mean: number;
  low: number;
  high: number;
}

/**
 * A metric's values in the order in which they came, thinned out: a point stands for `stride` values, and where the curve
 * has become full, neighbours are joined and the stride doubles. Which values a point stands for depends on their order
 * alone, so a curve that was saved and taken back goes on as if it had never been.
 */
export class Curve {
  private points: Point[] = [];
  private stride = 1;
  /** The first point that `takeChange` has not given. */
  private changedFrom = 0;

  /** @param capacity points at most; an even number. */
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

  /** Points that are new or have changed since the last call; `null` where there is none. */
  takeChange(): CurveChange | null {
    const from = this.changedFrom;
    if (from >= this.points.length) return null;
    this.changedFrom = this.points.length;
    return { ...this.pointsFrom(from), from };
  }

  /** Takes back what `all` gave; the counts of a point are those of its stride, but for the last one's. */
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

  /** Values that the last point stands for. */
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
  // The mean of huge values stays finite, which their sum would not.
  if (next.finite > 0) {
    into.mean = into.mean * (into.finite / finite) + next.mean * (next.finite / finite);
  }
  into.step = next.step;
  into.finite = finite;
  into.broken += next.broken;
  into.low = Math.min(into.low, next.low);
  into.high = Math.max(into.high, next.high);
}
