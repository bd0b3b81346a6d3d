import type { LogOptions } from '../../contracts';
import type { MetricPart } from './metric-part';

type Reduce = Required<LogOptions>['reduce'];
type Running = Pick<MetricPart, 'total' | 'weight'>;

/** Adds one value to a running reduction (`null` before the first); a mean counts it `weight` times. */
export function accumulate(running: Running | null, reduce: Reduce, value: number, weight: number): Running {
  const part = { total: reduce === 'mean' ? value * weight : value, weight };
  return running === null ? part : combine(reduce, running, part);
}

/** Two running reductions as one: of two stretches of an epoch, or of two ranks. */
export function combine(reduce: Reduce, a: Running, b: Running): Running {
  const weight = a.weight + b.weight;
  switch (reduce) {
    case 'mean':
    case 'sum':
      return { total: a.total + b.total, weight };
    case 'min':
      return { total: Math.min(a.total, b.total), weight };
    case 'max':
      return { total: Math.max(a.total, b.total), weight };
  }
}

/** What the values so far reduce to. */
export function reduced({ reduce, total, weight }: Omit<MetricPart, 'name'>): number {
  return reduce === 'mean' ? total / weight : total;
}
