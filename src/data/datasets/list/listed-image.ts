import { FulgurError } from '../../../errors';
import { readableName } from '../folder/file-name';

/** What a line of a list says, before anything of it is checked. */
export interface ListedImage {
  readonly line: number;
  readonly path: string;
  /** `null`, empty or -1 where there is none. */
  readonly label: string | null;
  /** `null` where the list says nothing of splits. */
  readonly split: string | null;
}

/** Takes the images of a list, one after the other. */
export type TakeImage = (image: ListedImage) => void;

/**
 * The error for a line that cannot be used.
 *
 * @param does goes on after `Line 7 of the list photos.csv`.
 */
export function badLine(file: string, line: number, does: string, fix: string, cause?: unknown): FulgurError {
  return new FulgurError('data', {
    what: `Line ${line} of the list ${readableName(file)} ${does}.`,
    fix,
    cause,
  });
}

/** The error for a list that cannot be used as a whole. */
export function badList(file: string, does: string, fix: string, cause?: unknown): FulgurError {
  return new FulgurError('data', { what: `The list ${readableName(file)} ${does}.`, fix, cause });
}
