import type { BatchFiller } from './batch-filler';
import type { FillResult } from './fill-slot';
import { loaderClosed } from './loader-errors';

/** A batch of an epoch. */
export interface BatchPosition {
  readonly epoch: number;
  readonly batch: number;
}

interface Job extends BatchPosition {
  readonly slot: number;
  readonly done: Promise<FillResult>;
  settled: boolean;
  taken: boolean;
}

/** Keeps a few slots filled with the next batches. */
export class Prefetcher {
  readonly #filler: BatchFiller;
  readonly #indices: (position: BatchPosition) => Uint32Array;
  readonly #free: number[];
  #jobs: Job[] = [];
  #closed = false;

  constructor(filler: BatchFiller, slots: number, indices: (position: BatchPosition) => Uint32Array) {
    this.#filler = filler;
    this.#indices = indices;
    this.#free = Array.from({ length: slots }, (_, slot) => slot);
  }

  /** Starts batches in this order while slots are free; finished ones that are not among them make room. */
  prepare(positions: readonly BatchPosition[]): void {
    if (this.#closed) return;
    const isWanted = (job: Job): boolean => positions.some((position) => isSame(job, position));
    for (const job of this.#jobs.filter((found) => found.settled && !found.taken && !isWanted(found)))
      this.#drop(job);
    for (const position of positions) {
      if (this.#free.length === 0) return;
      if (!this.#jobs.some((job) => isSame(job, position))) this.#begin(position);
    }
  }

  /** Waits for a batch, lets `use` copy it out of its slot, and frees the slot. */
  async take<T>(position: BatchPosition, use: (slot: number, result: FillResult) => T): Promise<T> {
    const job = await this.#jobFor(position);
    try {
      const result = await this.#filler.hold(job.done);
      if (this.#closed) throw loaderClosed();
      return use(job.slot, result);
    } finally {
      this.#drop(job);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#filler.close();
  }

  async #jobFor(position: BatchPosition): Promise<Job> {
    for (;;) {
      if (this.#closed) throw loaderClosed();
      const waiting = this.#jobs.find((job) => isSame(job, position) && !job.taken);
      const job = waiting ?? (this.#free.length > 0 ? this.#begin(position) : null);
      if (job !== null) {
        job.taken = true;
        return job;
      }
      await this.#makeRoom();
    }
  }

  async #makeRoom(): Promise<void> {
    const droppable = this.#jobs.find((job) => job.settled && !job.taken);
    if (droppable !== undefined) this.#drop(droppable);
    else await this.#filler.hold(Promise.race(this.#jobs.map((job) => job.done.then(ignore, ignore))));
  }

  #begin(position: BatchPosition): Job {
    const slot = this.#free.shift() ?? 0;
    const done = this.#filler.fill(slot, position.epoch, this.#indices(position));
    const job: Job = { ...position, slot, done, settled: false, taken: false };
    const settle = (): void => void (job.settled = true);
    // A failure is reported to whoever takes the batch; nobody needs it otherwise.
    done.then(settle, settle);
    this.#jobs.push(job);
    return job;
  }

  #drop(job: Job): void {
    if (!this.#jobs.includes(job)) return;
    this.#jobs = this.#jobs.filter((other) => other !== job);
    this.#free.push(job.slot);
  }
}

function isSame(a: BatchPosition, b: BatchPosition): boolean {
  return a.epoch === b.epoch && a.batch === b.batch;
}

function ignore(): void {
  // Only the moment counts.
}
