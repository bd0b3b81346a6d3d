import { FulgurError } from '../../errors';
import type { ImageDataset } from '../datasets';
import { BrokenImageError } from '../datasets/data-errors';
import type { FillFailure } from './fill-slot';

/** The error for a sample that could not be made. */
export function sampleFailed(
  dataset: ImageDataset,
  { during, index, reason, stack, isBroken, told }: FillFailure,
): FulgurError {
  const cause = new Error(reason);
  cause.stack = stack;
  const name = dataset.describe(index);
  if (during === 'reading' && told !== undefined) return new FulgurError('data', { ...told, cause });
  if (during === 'reading' && isBroken) return new BrokenImageError(name, reason, cause);
  if (during === 'reading') {
    return new FulgurError('data', {
      what: `The image ${name} cannot be read: ${reason}.`,
      fix: "Correct the data set's read; for an image that is broken, let it throw new BrokenImageError(name, reason), which --data.onBrokenImage skip leaves out.",
      cause,
    });
  }
  if (during === 'conversion') {
    return new FulgurError('data', {
      what: `The image ${name} cannot be used: ${reason}.`,
      fix: "Return { width, height, channels, data } from the data set's read, with a value for each channel of each pixel.",
      cause,
    });
  }
  return new FulgurError('data', {
    what: `The view transform failed on ${name}, index ${index}: ${reason}.`,
    fix: 'Correct the transform, or try it on this sample alone with workers: 0.',
    cause,
  });
}

/** The error for worker threads that die again and again. */
export function workersDie(sample: string, times: number, reason: string, cause: unknown): FulgurError {
  return new FulgurError('data', {
    what: `A loader thread died ${times} times at ${sample}: ${reason}.`,
    fix: 'Look at this sample and the view transform, or see the failure in this thread with workers: 0.',
    cause,
  });
}

/** The error for worker threads that do not come up. */
export function workersDoNotStart(reason: string, cause: unknown): FulgurError {
  const what = 'A loader thread could not start';
  if (cause instanceof FulgurError) return FulgurError.within(what, cause, 'data', cause.fix);
  return new FulgurError('data', {
    what: `${what}: ${reason}.`,
    why: 'Threads open the data set and build the view transform again from its module.',
    fix: 'Make that module loadable on its own, or prepare batches in this thread with workers: 0.',
    cause,
  });
}

/** How samples were to be put into batches. */
interface BatchRule {
  /** Samples over all ranks. */
  readonly length: number;
  readonly batchSize: number;
  readonly dropLast: boolean;
  readonly worldSize: number;
}

/**
 * The error for data of which no rank gets a batch.
 *
 * @param who gives the samples, to stand before their number: `tensorBatches was given`.
 * @param wanted what to give more of, where nothing is left out.
 */
export function notOneBatch(
  who: string,
  { length, batchSize, dropLast, worldSize }: BatchRule,
  wanted: string,
): FulgurError {
  const ranks = worldSize === 1 ? '' : ` over ${worldSize} ranks`;
  const most = Math.max(1, Math.floor(length / worldSize));
  return new FulgurError('data', {
    what: `${who} ${length} samples${ranks}: not one batch of ${batchSize}.`,
    ...(dropLast && { why: 'A last batch that is not full is left out.' }),
    fix: dropLast ? `Choose a batchSize of at most ${most}, or set dropLast to false.` : `Give ${wanted}.`,
  });
}

export function loaderClosed(): FulgurError {
  return new FulgurError('data', {
    what: 'A batch was asked for after the loader was closed.',
    fix: 'Make a new loader, or close this one later.',
  });
}
