import type { AccumulationSchedule } from '../../contracts';

/** How many batches make an update, epoch by epoch. */
export class Accumulation {
  /** Epochs and what holds from them on, the last first. */
  readonly #changes: readonly (readonly [epoch: number, batches: number])[];

  constructor(schedule: AccumulationSchedule = 1) {
    const changes = typeof schedule === 'number' ? { 0: schedule } : schedule;
    this.#changes = Object.entries(changes)
      .map(([epoch, batches]) => [Number(epoch), batches] as const)
      .sort(([a], [b]) => b - a);
  }

  /** Batches of an update in an epoch. */
  at(epoch: number): number {
    return this.#changes.find(([from]) => from <= epoch)?.[1] ?? 1;
  }

  /** Whether any epoch's updates take several batches. */
  get isEver(): boolean {
    return this.#changes.some(([, batches]) => batches > 1);
  }

  /** Every number of batches that an update may take. */
  get choices(): number[] {
    return this.#changes.map(([, batches]) => batches);
  }

  /** Updates in epochs of so many batches, from the first to before `epochs`. */
  updates(epochs: number, batchesPerEpoch: number): number {
    let total = 0;
    let until = epochs;
    for (const [from, batches] of [...this.#changes, [0, 1] as const]) {
      if (from >= until) continue;
      total += (until - from) * Math.ceil(batchesPerEpoch / batches);
      until = from;
    }
    return total;
  }
}
