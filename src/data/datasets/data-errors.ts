import type { ErrorParts } from '../../errors';
import { FulgurError } from '../../errors';

/** The requested data set is neither on disk nor reachable. It is not invalid, only unavailable. */
export class DatasetUnavailableError extends FulgurError {
  constructor(parts: ErrorParts) {
    super('data', parts);
    this.name = 'DatasetUnavailableError';
  }
}

/** The data lacks what features are evaluated by: a test split, or classes of its images. */
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
      fix: 'Repair or remove the file, or skip such images with --data.onBrokenImage skip.',
      cause,
    });
    this.name = 'BrokenImageError';
    this.reason = reason;
  }
}

/** Returns the message of an unknown error on one line, without a final full stop. */
export function reasonOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  const text = typeof message === 'string' ? message : String(error);
  return text.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
}

/** Returns where an unknown error came from, or nothing if it does not report it. */
export function stackOf(error: unknown): string {
  const { stack } = (error ?? {}) as { stack?: unknown };
  return typeof stack === 'string' ? stack : '';
}
