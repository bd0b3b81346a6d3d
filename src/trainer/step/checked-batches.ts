import type { BatchSource } from '../../contracts';
import { FulgurError } from '../../errors';
import { disposedTensorIn } from './batch-tensors';

/** The use of the data, in words: `training data`. */
export type DataRole = 'training data' | 'validation data' | 'test data' | 'data to predict';

interface CheckedOptions {
  readonly role: DataRole;
  /** Whether an epoch may have fewer batches than announced: a rank's part of held-out data. */
  readonly mayBeShort?: boolean;
}

/**
 * The batches of a source, which is checked against its contract: the number of batches that it announces, the batch at
 * which it is asked to start, and tensors that are not disposed. Violations are reported as errors in the source's own
 * code.
 *
 * @throws FulgurError `data` if a number that the source announces is not a whole number.
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

  /** @throws FulgurError `data` if the source violates its contract, or fails. */
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

  /** Ends an epoch; a source at its end makes nothing for that, and one that is not has announced too few batches. */
  async #leave(batches: AsyncGenerator<B>, isWhole: boolean): Promise<void> {
    const isMore = isWhole && (await batches.next()).done !== true;
    await batches.return(undefined);
    if (isMore) throw tooMany(this.#options.role, this.batchesPerEpoch);
  }

  /**
   * Checks, before training starts, whether the source respects the batch at which an epoch is to start.
   * @throws FulgurError `data` if it starts each epoch with its first batch.
   */
  async requireStart(epoch: number): Promise<void> {
    const behindTheLast = this.#iterate(epoch, this.batchesPerEpoch, {});
    try {
      if ((await behindTheLast.next()).done === true) return;
    } finally {
      await behindTheLast.return();
    }
    throw new FulgurError('data', {
      what: `The ${this.#options.role} returned a batch when asked for those after the last one.`,
      why: 'A fit that resumes in the middle of an epoch would train on other batches than the remaining ones.',
      fix: 'Let epoch(epoch, { startBatch }) of the batch source start with batch number startBatch.',
    });
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  /** Iterates over the source's own batches; a failure in its code is reported as such. */
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
      what: `The ${role} returned ${made === null ? 'null' : 'undefined'} ${place}.`,
      fix: 'Let epoch() of the batch source yield tensors, in lists and plain objects.',
    });
  }
  const disposed = disposedTensorIn(made);
  if (disposed === null) return;
  throw new FulgurError('data', {
    what: `The ${role} returned, ${place}, a tensor of shape [${disposed.shape.join(', ')}] that is already disposed.`,
    why: 'A batch is read until the next one is requested.',
    fix: 'Dispose the tensors of a batch after its yield, not before; of the tensors made in tf.tidy(), only the returned ones survive it.',
  });
}

function noCount(role: DataRole, name: string, value: unknown): FulgurError {
  return new FulgurError('data', {
    what: `The ${role} has ${name} ${String(value)}.`,
    why: 'The lengths, limits and positions of a run are derived from it.',
    fix: `Make ${name} of the batch source a whole number, 0 or more.`,
  });
}

function tooFew(role: DataRole, given: number, announced: number): FulgurError {
  return new FulgurError('data', {
    what: `The ${role} returned ${given} batches in an epoch that should have ${announced}.`,
    fix: 'Set batchesPerEpoch of the batch source to the number of batches that epoch() yields.',
  });
}

function tooMany(role: DataRole, announced: number): FulgurError {
  return new FulgurError('data', {
    what: `The ${role} returned more than ${announced} batches in an epoch that should have ${announced}.`,
    why: 'The batches after them would never be used.',
    fix: 'Set batchesPerEpoch of the batch source to the number of batches that epoch() yields, and let epoch() start with startBatch.',
  });
}
