import { printable } from '../../src/system';
import type { Outcome } from './outcome';

/** The outcomes of a group's cases, and the kinds of messages that it produced. */
export class Tally {
  readonly counts = { cases: 0, accepted: 0, refused: 0, defects: 0 };
  private milliseconds = 0;
  private readonly kinds = new Map<string, number>();

  constructor(readonly name: string) {}

  /** The number of the next case. */
  next(): number {
    return this.counts.cases;
  }

  add(outcome: Outcome, milliseconds: number): void {
    this.counts.cases += 1;
    this.milliseconds += milliseconds;
    if (outcome.verdict === 'accepted') this.counts.accepted += 1;
    else {
      this.counts[outcome.verdict === 'refused' ? 'refused' : 'defects'] += 1;
      const kind = `${outcome.verdict === 'defect' ? 'DEFECT ' : ''}${shapeOf(outcome.message)}`;
      this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
    }
  }

  text(): string {
    const { cases, accepted, refused, defects } = this.counts;
    const rate = Math.round((1000 * cases) / Math.max(1, this.milliseconds));
    const head = `${this.name}: ${cases} cases, ${accepted} accepted, ${refused} refused, ${defects} defects, ${rate} per second`;
    const kinds = [...this.kinds].sort(([, a], [, b]) => b - a).slice(0, 40);
    const left = this.kinds.size - kinds.length;
    return [
      head,
      ...kinds.map(([kind, count]) => `  ${count} x ${kind}`),
      ...(left > 0 ? [`  and ${left} more kinds`] : []),
    ].join('\n');
  }
}

/** A message without its names and numbers, so that messages that differ only in these count as one kind. */
export function shapeOf(message: string): string {
  const shape = printable(message.slice(0, 2000))
    .replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, '_')
    .replace(/(?:\/[\w.-]+){2,}/g, 'PATH')
    .replace(/0x[\da-f]+|\d+(?:\.\d+)?/gi, '#')
    .replace(/#(?:[, ]+#)+/g, '#');
  return shape.length > 160 ? `${shape.slice(0, 157)}...` : shape;
}
