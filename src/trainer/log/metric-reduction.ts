import type { Json, LogOptions, Ranks } from '../../contracts';

type Reduce = Required<LogOptions>['reduce'];

/** The running epoch reduction of one metric: enough to combine what several ranks logged. */
export interface MetricPart {
  readonly name: string;
  readonly reduce: Reduce;
  /** How it is recorded; for a rank that has logged nothing of the name. */
  readonly options: Required<LogOptions>;
  /** Sum of `value * weight` for a mean; the smallest, largest or added-up value for the others. */
  readonly total: number;
  /** Samples behind `total`; a mean over ranks is sum of totals over sum of weights. */
  readonly weight: number;
}

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
export function reduced({ reduce, total, weight }: Pick<MetricPart, 'reduce' | 'total' | 'weight'>): number {
  return reduce === 'mean' ? total / weight : total;
}

/** Reductions over all ranks: sum ÷ count for means. A metric that only some ranks logged is reduced over those, and told to all. */
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
