import { setImmediate } from 'node:timers/promises';
import type { FillResult, FillTools, SkippedImage } from './fill-slot';
import { fillSlot } from './fill-slot';
import { loaderClosed } from './loader-errors';
import type { Slot } from './slot';
import type { WorkerPool } from './worker-pool';

/** Fills slots, in this thread or in others. */
export interface BatchFiller {
  /** Does as much as possible before the first batch is requested. */
  start(): void;
  /** Fills a slot with these samples, from its first place on. */
  fill(slot: number, epoch: number, indices: Uint32Array): Promise<FillResult>;
  /** Keeps the process alive until `promise` settles. */
  hold<T>(promise: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

// Few enough for all threads to finish together, many enough for messages to cost nothing.
const maxChunk = 32;
// A few milliseconds of work between two turns of the event loop.
const inlineChunk = 4;

/** Splits batches among the threads of a pool. */
export class PoolFiller implements BatchFiller {
  constructor(
    private readonly pool: WorkerPool,
    private readonly threads: number,
  ) {}

  start(): void {
    this.pool.start();
  }

  async fill(slot: number, epoch: number, indices: Uint32Array): Promise<FillResult> {
    const size = Math.max(1, Math.min(maxChunk, Math.ceil(indices.length / this.threads)));
    const parts = chunks(indices, size).map((task) => this.pool.run(slot, { epoch, ...task }));
    // All parts must end before the slot's memory can serve another batch.
    const ended = await Promise.allSettled(parts);
    const rejected = ended.find((part) => part.status === 'rejected');
    if (rejected !== undefined) throw rejected.reason;
    return join(ended.flatMap((part) => (part.status === 'fulfilled' ? [part.value] : [])));
  }

  hold<T>(promise: Promise<T>): Promise<T> {
    return this.pool.hold(promise);
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

/** Fills slots in this thread, between other events. */
export class InlineFiller implements BatchFiller {
  #closed = false;

  constructor(
    private readonly tools: FillTools,
    private readonly slots: readonly Slot[],
  ) {}

  start(): void {
    // There is nothing to start.
  }

  async fill(slot: number, epoch: number, indices: Uint32Array): Promise<FillResult> {
    const memory = this.slots[slot];
    if (memory === undefined) throw new RangeError(`Slot ${slot} does not exist`);
    const results: FillResult[] = [];
    for (const task of chunks(indices, inlineChunk)) {
      if (this.#closed) throw loaderClosed();
      results.push(await fillSlot(this.tools, { epoch, ...task }, memory));
      await setImmediate();
    }
    return join(results);
  }

  hold<T>(promise: Promise<T>): Promise<T> {
    return promise;
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }
}

function chunks(indices: Uint32Array, size: number): { from: number; indices: Uint32Array }[] {
  return Array.from({ length: Math.ceil(indices.length / size) }, (_, chunk) => {
    const from = chunk * size;
    // Copied, because sending a view would send the memory of the whole epoch.
    return { from, indices: indices.slice(from, from + size) };
  });
}

/** Of several failures, the one at the first place counts, so that a run fails the same way with any number of threads. */
function join(results: readonly FillResult[]): FillResult {
  const skipped: SkippedImage[] = results.flatMap((result) => result.skipped);
  const failure = results.map((result) => result.failure).find((found) => found !== null) ?? null;
  return { skipped, failure };
}
