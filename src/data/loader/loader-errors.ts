import { FulgurError } from '../../errors';
import type { ImageDataset } from '../datasets';
import { BrokenImageError } from '../datasets/data-errors';
import type { BrokenImageRule, FillFailure } from './fill-slot';

/**
 * Returns the error for a sample that could not be prepared.
 * @param rule what a broken image does; if it is skipped, then no other image could replace it.
 */
export function sampleFailed(
  dataset: ImageDataset,
  { during, index, reason, stack, isBroken, told }: FillFailure,
  rule: BrokenImageRule,
): FulgurError {
  const cause = new Error(reason);
  cause.stack = stack;
  const name = dataset.describe(index);
  if (during === 'reading' && told !== undefined) return new FulgurError('data', { ...told, cause });
  if (during === 'reading' && isBroken && rule === 'skip') {
    return new FulgurError('data', {
      what: `None of the ${dataset.length} images of ${dataset.name} can be read; of ${name}: ${reason}.`,
      fix: 'Check the files, or name another place with --data.path.',
      cause,
    });
  }
  if (during === 'reading' && isBroken) return new BrokenImageError(name, reason, cause);
  if (during === 'reading') {
    return new FulgurError('data', {
      what: `The image ${name} cannot be read: ${reason}.`,
      fix: "Correct the data set's read; for a broken image, throw new BrokenImageError(name, reason), which --data.onBrokenImage skip leaves out.",
      cause,
    });
  }
  if (during === 'conversion') {
    return new FulgurError('data', {
      what: `The image ${name} cannot be used: ${reason}.`,
      fix: "Return { width, height, channels, data } from the data set's read, with one value per channel and pixel.",
      cause,
    });
  }
  return new FulgurError('data', {
    what: `The view transform failed on ${name}, index ${index}: ${reason}.`,
    fix: 'Correct the transform, or debug it on this sample with workers: 0.',
    cause,
  });
}

/** Returns the error for worker threads that die repeatedly. */
export function workersDie(sample: string, times: number, reason: string, cause: unknown): FulgurError {
  return new FulgurError('data', {
    what: `A loader thread died ${times} times at ${sample}: ${reason}.`,
    fix: 'Check this sample and the view transform, or reproduce the failure in the main thread with workers: 0.',
    cause,
  });
}

/** Returns the error for worker threads that do not start. */
export function workersDoNotStart(reason: string, cause: unknown): FulgurError {
  const what = 'A loader thread could not start';
  if (cause instanceof FulgurError) return FulgurError.within(what, cause, 'data', cause.fix);
  return new FulgurError('data', {
    what: `${what}: ${reason}.`,
    why: 'Threads reopen the data set and rebuild the view transform from its module.',
    fix: 'Make that module loadable on its own, or prepare batches in the main thread with workers: 0.',
    cause,
  });
}

/** How samples were to form batches. */
interface BatchRule {
  /** The number of samples over all ranks. */
  readonly length: number;
  readonly batchSize: number;
  readonly dropLast: boolean;
  readonly worldSize: number;
}

/**
 * Returns the error for data that is too little for any rank to get a batch.
 *
 * @param who the source of the samples, followed by their number: `tensorBatches was given`.
 * @param wanted what to provide more of if nothing is left out.
 */
export function notOneBatch(
  who: string,
  { length, batchSize, dropLast, worldSize }: BatchRule,
  wanted: string,
): FulgurError {
  const ranks = worldSize === 1 ? '' : ` over ${worldSize} ranks`;
  const most = Math.max(1, Math.floor(length / worldSize));
  return new FulgurError('data', {
    what: `${who} ${length} samples${ranks}: too few for one batch of ${batchSize}.`,
    ...(dropLast && { why: 'A last batch that is not full is left out.' }),
    fix: dropLast ? `Choose a batchSize of at most ${most}, or set dropLast to false.` : `Give ${wanted}.`,
  });
}

export function loaderClosed(): FulgurError {
  return new FulgurError('data', {
    what: 'A batch was requested after the loader was closed.',
    fix: 'Create a new loader, or close this one later.',
  });
}
