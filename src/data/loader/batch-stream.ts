import type { BatchSource, Notify } from '../../contracts';
import type { TensorContainer } from '@tensorflow/tfjs-core';
import { dispose } from '@tensorflow/tfjs-core';
import type { ImageDataset } from '../datasets';
import { requireMemory } from '../../system';
import type { ViewTransform } from '../views';
import { InlineFiller, PoolFiller } from './batch-filler';
import type { BatchFiller } from './batch-filler';
import type { BrokenImageRule, FillResult } from './fill-slot';
import { sampleFailed } from './loader-errors';
import type { BatchPosition } from './prefetcher';
import { Prefetcher } from './prefetcher';
import type { Slot, SlotShape } from './slot';
import { allocateSlot, slotBytes } from './slot';
import { WorkerPool } from './worker-pool';

/** A batch in its slot, ready to be copied into tensors. */
export interface FilledBatch {
  readonly slot: Slot;
  readonly shape: SlotShape;
  /** The number of samples in it. */
  readonly size: number;
}

export interface BatchStreamOptions<B> {
  readonly dataset: ImageDataset;
  readonly transform: ViewTransform;
  readonly batchSize: number;
  readonly seed: number;
  readonly workers: number;
  /** The number of batches to prepare ahead of the one in use. */
  readonly prefetch: number | 'auto';
  /** Whether a last batch that is not full is left out. */
  readonly dropLast: boolean;
  /** Whether the next epoch's first batches are prepared while the last ones of this epoch are in use. */
  readonly spanEpochs: boolean;
  readonly onBrokenImage: BrokenImageRule;
  readonly onMessage: Notify;
  /** The samples of an epoch and their order. */
  readonly samples: number;
  /** Batches per epoch of the rank that has the most (default: of these samples). */
  readonly groupBatches?: number;
  readonly order: (epoch: number) => Uint32Array;
  readonly toBatch: (batch: FilledBatch) => B;
}

const autoPrefetch = 2;
const autoPrefetchBytes = 1 << 30;

/** Batches of samples in a given order, prepared ahead by threads and yielded as tensors. */
export class BatchStream<B extends object> implements BatchSource<B> {
  readonly samples: number;
  readonly batchesPerEpoch: number;
  /** The number of batches on this rank; other ranks may have one more. */
  readonly #ownBatches: number;
  readonly #options: BatchStreamOptions<B>;
  readonly #shape: SlotShape;
  readonly #slots: readonly Slot[];
  readonly #filler: BatchFiller;
  readonly #prefetcher: Prefetcher;
  readonly #live = new Set<B>();
  readonly #named = new Set<number>();
  readonly #orders = new Map<number, Uint32Array>();

  constructor(options: BatchStreamOptions<B>) {
    const { transform, batchSize, samples, dropLast } = options;
    this.#options = options;
    this.samples = samples;
    this.#ownBatches = dropLast ? Math.floor(samples / batchSize) : Math.ceil(samples / batchSize);
    this.batchesPerEpoch = options.groupBatches ?? this.#ownBatches;
    this.#shape = { batchSize, views: transform.views };
    this.#slots = allocateSlots(slotCount(options, this.#shape), this.#shape);
    this.#filler = this.#makeFiller();
    this.#prefetcher = new Prefetcher(this.#filler, this.#slots.length, (position) =>
      this.#indices(position),
    );
  }

  /** Starts the threads before the first batch is requested. */
  warmUp(): void {
    this.#filler.start();
  }

  async *epoch(
    epoch: number,
    { startBatch = 0, limit = Infinity }: { startBatch?: number; limit?: number } = {},
  ): AsyncGenerator<B, void, undefined> {
    const end = Math.min(this.#ownBatches, startBatch + limit);
    for (let batch = startBatch; batch < end; batch++) {
      if (this.#options.workers > 0) this.#prefetcher.prepare(this.#upcoming({ epoch, batch }, end));
      const made = await this.#prefetcher.take({ epoch, batch }, (slot, result) =>
        this.#finish({ epoch, batch }, slot, result),
      );
      this.#live.add(made);
      if (this.#options.workers > 0)
        this.#prefetcher.prepare(this.#upcoming({ epoch, batch: batch + 1 }, end));
      try {
        yield made;
      } finally {
        this.#live.delete(made);
        dispose(made as TensorContainer);
      }
    }
  }

  async close(): Promise<void> {
    await this.#prefetcher.close();
    for (const batch of this.#live) dispose(batch as TensorContainer);
    this.#live.clear();
  }

  #makeFiller(): BatchFiller {
    const { dataset, transform, seed, workers, onBrokenImage, onMessage } = this.#options;
    const shape = this.#shape;
    if (workers === 0)
      return new InlineFiller({ dataset, transform, shape, seed, onBrokenImage }, this.#slots);
    const pool = new WorkerPool({
      threads: workers,
      setup: {
        dataset: dataset.spec,
        transform: transform.spec,
        shape,
        slots: this.#slots,
        seed,
        onBrokenImage,
      },
      describe: (index) => dataset.describe(index),
      onWarning: (text) => onMessage('warning', text),
    });
    return new PoolFiller(pool, workers);
  }

  /** Returns the batches from a position on that slots could be filled with. */
  #upcoming({ epoch, batch }: BatchPosition, end: number): BatchPosition[] {
    const left = Math.max(0, end - batch);
    const slots = this.#slots.length;
    return Array.from({ length: slots }, (_, ahead) =>
      ahead < left ? { epoch, batch: batch + ahead } : { epoch: epoch + 1, batch: ahead - left },
    ).filter(
      (position) =>
        position.epoch === epoch || (this.#options.spanEpochs && position.batch < this.#ownBatches),
    );
  }

  #indices({ epoch, batch }: BatchPosition): Uint32Array {
    const { batchSize, order } = this.#options;
    let all = this.#orders.get(epoch);
    if (all === undefined) {
      all = order(epoch);
      // The current epoch and the next one.
      for (const old of [...this.#orders.keys()].slice(0, -1)) this.#orders.delete(old);
      this.#orders.set(epoch, all);
    }
    return all.slice(batch * batchSize, (batch + 1) * batchSize);
  }

  #finish(position: BatchPosition, slotIndex: number, { skipped, failure }: FillResult): B {
    const { dataset, onBrokenImage, onMessage, toBatch } = this.#options;
    for (const { index, reason } of skipped) {
      if (this.#named.has(index)) continue;
      this.#named.add(index);
      onMessage('warning', `Skipping the image ${dataset.describe(index)}, which cannot be read: ${reason}.`);
    }
    if (failure !== null) throw sampleFailed(dataset, failure, onBrokenImage);
    const slot = this.#slots[slotIndex];
    if (slot === undefined) throw new RangeError(`Slot ${slotIndex} does not exist`);
    return toBatch({ slot, shape: this.#shape, size: this.#indices(position).length });
  }
}

function allocateSlots(count: number, shape: SlotShape): Slot[] {
  requireMemory({
    bytes: count * slotBytes(shape),
    what: `${count === 1 ? 'A batch' : `The memory for ${count} batches`} of ${shape.batchSize} samples with ${viewsText(shape)}`,
    fix: 'Choose a smaller batchSize (data.batchSize, embedBatchSize), smaller views (data.viewSize, or the size given to the transform), or fewer batches ahead (prefetch).',
  });
  return Array.from({ length: count }, () => allocateSlot(shape));
}

/** `2 views of 224 x 224 and 6 views of 96 x 96 pixels`. */
function viewsText({ views }: SlotShape): string {
  const counts = new Map<string, number>();
  for (const { height, width } of views) {
    const size = `${height} x ${width}`;
    counts.set(size, (counts.get(size) ?? 0) + 1);
  }
  const parts = [...counts].map(([size, count]) => `${count} ${count === 1 ? 'view' : 'views'} of ${size}`);
  return `${parts.join(' and ')} pixels`;
}

function slotCount<B>({ prefetch, workers }: BatchStreamOptions<B>, shape: SlotShape): number {
  if (workers === 0) return 1;
  if (prefetch !== 'auto') return prefetch;
  return Math.max(1, Math.min(autoPrefetch, Math.floor(autoPrefetchBytes / slotBytes(shape))));
}
