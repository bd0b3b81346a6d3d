import { FulgurError } from '../../../errors';
import { readableName } from '../folder/file-name';

/** The contents of a line of a list, unchecked. */
export interface ListedImage {
  readonly line: number;
  readonly path: string;
  /** `null`, empty or -1 if there is none. */
  readonly label: string | null;
  /** `null` if the list names no splits. */
  readonly split: string | null;
}

/** Receives the images of a list one by one. */
export type TakeImage = (image: ListedImage) => void;

/**
 * Returns the error for an unusable line.
 *
 * @param does continues `Line 7 of the list photos.csv`.
 */
export function badLine(file: string, line: number, does: string, fix: string, cause?: unknown): FulgurError {
  return new FulgurError('data', {
    what: `Line ${line} of the list ${readableName(file)} ${does}.`,
    fix,
    cause,
  });
}

/** Returns the error for an unusable list. */
export function badList(file: string, does: string, fix: string, cause?: unknown): FulgurError {
  return new FulgurError('data', { what: `The list ${readableName(file)} ${does}.`, fix, cause });
}
