import type { BatchSource } from '../../contracts';
import { FulgurError } from '../../errors';
import { disposedTensorIn } from './batch-tensors';

/** What data are for, in words: `training data`. */
export type DataRole = 'training data' | 'validation data' | 'test data' | 'data to predict';

interface CheckedOptions {
  readonly role: DataRole;
  /** Whether an epoch may have fewer batches than announced: a rank's part of held-out data. */
  readonly mayBeShort?: boolean;
}

/**
 * The batches of a source, held to what a source promises: the number that it announces, the place that it is asked to
 * begin at, tensors that are there. What it breaks is said in a sentence that names the source's own code.
 *
 * @throws FulgurError `data` where a number that it announces is not a whole number.
 */
export class CheckedBatches<B> implements BatchSource<B> {
  readonly batchesPerEpoch: number;
  readonly samples: number;
  readonly #source: BatchSource<B>;
  readonly #options: CheckedOptions;

  constructor(source: BatchSource<B>, options: CheckedOptions) {
    const { batchesPerEpoch, samples } = source;
    for (const [name, value] of Object.entries({ batchesPerEpoch, samples })) {
      if (!Number.isInteger(value) || value < 0) throw noCount(options.role, name, value);
    }
    this.#source = source;
    this.#options = options;
    this.batchesPerEpoch = batchesPerEpoch;
    this.samples = samples;
  }

  /** @throws FulgurError `data` where the source breaks its promises, or fails. */
  async *epoch(
    epoch: number,
    { startBatch = 0, limit = Infinity }: { startBatch?: number; limit?: number } = {},
  ): AsyncGenerator<B, void, undefined> {
    const { role, mayBeShort = false } = this.#options;
    const left = Math.max(0, this.batchesPerEpoch - startBatch);
    const wanted = Math.min(left, limit);
    const batches = this.#iterate(epoch, startBatch, wanted < left ? { limit: wanted } : {});
    let given = 0;
    try {
      while (given < wanted) {
        const batch = await batches.next();
        if (batch.done === true) break;
        requireBatch(role, batch.value, { epoch, batch: startBatch + given });
        given += 1;
        yield batch.value;
      }
    } finally {
      await this.#leave(batches, given === left);
    }
    if (given < wanted && !mayBeShort) throw tooFew(role, startBatch + given, startBatch + wanted);
  }

  /** Ends an epoch; a source that is at its end has nothing to make for that, and one that is not has announced too few. */
  async #leave(batches: AsyncGenerator<B>, isWhole: boolean): Promise<void> {
    const isMore = isWhole && (await batches.next()).done !== true;
    await batches.return(undefined);
    if (isMore) throw tooMany(this.#options.role, this.batchesPerEpoch);
  }

  /**
   * Finds out, before any batch is trained on, whether the source takes notice of where an epoch is to begin.
   *
   * @throws FulgurError `data` where it begins each epoch with its first batch.
   */
  async requireStart(epoch: number): Promise<void> {
    const behindTheLast = this.#iterate(epoch, this.batchesPerEpoch, {});
    try {
      if ((await behindTheLast.next()).done === true) return;
    } finally {
      await behindTheLast.return();
    }
    throw new FulgurError('data', {
      what: `The ${this.#options.role} gave a batch when asked for those after the last one.`,
      why: 'A fit that is resumed in the middle of an epoch would train on other batches than are left of it.',
      fix: 'Let epoch(epoch, { startBatch }) of the batch source begin with the batch of that number.',
    });
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  /** The source's own batches; a failure of its code says that it is the source's. */
  async *#iterate(
    epoch: number,
    startBatch: number,
    limit: { limit?: number },
  ): AsyncGenerator<B, void, undefined> {
    let batch = startBatch;
    try {
      for await (const made of this.#source.epoch(epoch, { startBatch, ...limit })) {
        yield made;
        batch += 1;
      }
    } catch (error) {
      if (error instanceof FulgurError) throw error;
      const story = `The ${this.#options.role} failed at batch ${batch} of epoch ${epoch}`;
      throw FulgurError.within(story, error, 'data', 'Correct epoch() of the batch source.');
    }
  }
}

function requireBatch(
  role: DataRole,
  made: unknown,
  { epoch, batch }: { epoch: number; batch: number },
): void {
  const place = `as batch ${batch} of epoch ${epoch}`;
  if (made === undefined || made === null) {
    throw new FulgurError('data', {
      what: `The ${role} gave ${made === null ? 'null' : 'undefined'} ${place}.`,
      fix: 'Let epoch() of the batch source yield tensors, in lists and plain objects.',
    });
  }
  const disposed = disposedTensorIn(made);
  if (disposed === null) return;
  throw new FulgurError('data', {
    what: `The ${role} gave, ${place}, a tensor of shape [${disposed.shape.join(', ')}] that is disposed.`,
    why: 'A batch is read until the next one is asked for.',
    fix: 'Dispose the tensors of a batch after its yield, not before; tensors made in tf.tidy() leave it only as its result.',
  });
}

function noCount(role: DataRole, name: string, value: unknown): FulgurError {
  return new FulgurError('data', {
    what: `The ${role} have ${name} ${String(value)}.`,
    why: 'Lengths, limits and places of a run are worked out from it.',
    fix: `Make ${name} of the batch source a whole number, 0 or more.`,
  });
}

function tooFew(role: DataRole, given: number, announced: number): FulgurError {
  return new FulgurError('data', {
    what: `The ${role} gave ${given} batches in an epoch that was to have ${announced}.`,
    fix: 'Make batchesPerEpoch of the batch source the number of batches that epoch() gives.',
  });
}

function tooMany(role: DataRole, announced: number): FulgurError {
  return new FulgurError('data', {
    what: `The ${role} gave more than ${announced} batches in an epoch that was to have ${announced}.`,
    why: 'What comes after them would never be used.',
    fix: 'Make batchesPerEpoch of the batch source the number of batches that epoch() gives, and let it begin with startBatch.',
  });
}
