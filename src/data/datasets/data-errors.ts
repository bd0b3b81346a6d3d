import type { ErrorParts } from '../../errors';
import { FulgurError } from '../../errors';

/** The data set asked for is neither on disk nor reachable: nothing is wrong with it, it is just not here. */
export class DatasetUnavailableError extends FulgurError {
  constructor(parts: ErrorParts) {
    super('data', parts);
    this.name = 'DatasetUnavailableError';
  }
}

/** The data lack what features are judged by: a test split, or the classes of its images. */
export class NothingToJudgeError extends FulgurError {
  constructor(parts: ErrorParts) {
    super('data', parts);
    this.name = 'NothingToJudgeError';
  }
}

/** An image that cannot be decoded. */
export class BrokenImageError extends FulgurError {
  /** Why it cannot be decoded, as part of a sentence. */
  readonly reason: string;

  constructor(image: string, reason: string, cause?: unknown) {
    super('data', {
      what: `The image ${image} cannot be read: ${reason}.`,
      fix: 'Repair or remove the file, or go on without such images by --data.onBrokenImage skip.',
      cause,
    });
    this.name = 'BrokenImageError';
    this.reason = reason;
  }
}

/** An unknown error's message in one line, without a full stop at its end. */
export function reasonOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  const text = typeof message === 'string' ? message : String(error);
  return text.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
}

/** Where an unknown error came from, or nothing where it does not say. */
export function stackOf(error: unknown): string {
  const { stack } = (error ?? {}) as { stack?: unknown };
  return typeof stack === 'string' ? stack : '';
}
