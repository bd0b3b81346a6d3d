import type { Json, LogOptions, Ranks } from '../../contracts';

type Reduce = Required<LogOptions>['reduce'];

/**
 * The running reduction of one metric over an epoch, with all that is needed to combine it with that of other ranks.
 */
export interface MetricPart {
  readonly name: string;
  readonly reduce: Reduce;
  /** How the metric is recorded; used by ranks that have not logged it. */
  readonly options: Required<LogOptions>;
  /** The sum of `value * weight` for a mean; otherwise the smallest, the largest or the sum of the values. */
  readonly total: number;
  /** The number of samples in `total`; a mean over ranks is the sum of totals divided by the sum of weights. */
  readonly weight: number;
}

type Running = Pick<MetricPart, 'total' | 'weight'>;

/** Adds a value to a running reduction (`null` before the first value); `weight` counts only in means. */
export function accumulate(running: Running | null, reduce: Reduce, value: number, weight: number): Running {
  const part = { total: reduce === 'mean' ? value * weight : value, weight };
  return running === null ? part : combine(reduce, running, part);
}

/** Combines two running reductions: of two parts of an epoch, or of two ranks. */
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

/** Returns the reduction of the values so far. */
export function reduced({ reduce, total, weight }: Pick<MetricPart, 'reduce' | 'total' | 'weight'>): number {
  return reduce === 'mean' ? total / weight : total;
}

/**
 * Combines the reductions of all ranks; a mean is sum ÷ count. A metric that only some ranks logged is reduced over
 * those, and all ranks get the result.
 */
export async function reduceOverRanks(ranks: Ranks, own: readonly MetricPart[]): Promise<MetricPart[]> {
  if (ranks.worldSize === 1) return [...own];
  const everybody = await ranks.gather(own.map(toJson));
  const combined = new Map<string, MetricPart>();
  for (const part of everybody.flat().map(fromJson)) {
    const before = combined.get(part.name);
    combined.set(part.name, before === undefined ? part : { ...part, ...combine(part.reduce, before, part) });
  }
  return [...combined.values()];
}

type WrittenPart = readonly [name: string, options: MetricPart['options'], total: number, weight: number];

function toJson({ name, options, total, weight }: MetricPart): WrittenPart & Json {
  return [name, { ...options }, total, weight];
}

function fromJson([name, options, total, weight]: WrittenPart): MetricPart {
  return { name, reduce: options.reduce, options, total, weight };
}
