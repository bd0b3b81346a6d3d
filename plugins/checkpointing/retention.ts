/** A checkpoint as far as its rank goes. */
export interface Ranked {
  readonly name: string;
  /** Grows with every save of a run folder. */
  readonly sequence: number;
  /** The monitored metric; `null` where there was none. */
  readonly score: number | null;
  /** Whether it is what a run left behind that failed or was interrupted. */
  readonly isRescue: boolean;
}

/** The best first; of equal ones the older, so that a metric that stands still moves nothing. */
export function best<T extends Ranked>(checkpoints: readonly T[], mode: 'min' | 'max'): T[] {
  const sign = mode === 'min' ? 1 : -1;
  return checkpoints
    .filter(({ score }) => score !== null && !Number.isNaN(score))
    .sort((a, b) => sign * ((a.score ?? 0) - (b.score ?? 0)) || a.sequence - b.sequence);
}

/** The newest first. */
export function newest<T extends Ranked>(checkpoints: readonly T[]): T[] {
  return [...checkpoints].sort((a, b) => b.sequence - a.sequence);
}

export interface RetentionRule {
  readonly saveLast: boolean;
  readonly keepLast: number | 'all';
  readonly mode: 'min' | 'max';
  readonly saveTopK: number;
}

/**
 * The checkpoints that may go: neither among the newest nor among the best. What a run left behind that broke off stays until
 * there is a newer one, whatever the rule, as the run goes on from there.
 */
export function expendable<T extends Ranked>(checkpoints: readonly T[], rule: RetentionRule): T[] {
  if (rule.keepLast === 'all') return [];
  const inOrder = newest(checkpoints);
  const kept = new Set<T>([
    ...inOrder.slice(0, rule.saveLast ? rule.keepLast : 0),
    ...inOrder.slice(0, 1).filter(({ isRescue }) => isRescue),
    ...best(checkpoints, rule.mode).slice(0, rule.saveTopK),
  ]);
  return checkpoints.filter((checkpoint) => !kept.has(checkpoint));
}
