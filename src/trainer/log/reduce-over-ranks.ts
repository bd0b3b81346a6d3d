import type { Json, Ranks } from '../../contracts';
import { combine } from './reduction';
import type { MetricPart } from './reduction';

/** Reductions over all ranks: sum ÷ count for means. A metric that only some ranks logged is reduced over those. */
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

type WrittenPart = readonly [name: string, reduce: MetricPart['reduce'], total: number, weight: number];

function toJson({ name, reduce, total, weight }: MetricPart): WrittenPart & Json {
  return [name, reduce, total, weight];
}

function fromJson([name, reduce, total, weight]: WrittenPart): MetricPart {
  return { name, reduce, total, weight };
}
