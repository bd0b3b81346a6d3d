import type { Json, Ranks } from '../../contracts';
import { combine } from './reduction';
import type { MetricPart } from './reduction';

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
