import { FulgurError } from '../../../errors';
import { readableName } from '../folder/file-name';

/** Where an array is: its name, of one in an npz file, and the file. */
export interface ArrayPlace {
  readonly array: string | null;
  readonly file: string;
}

/** The error for an array that cannot be used; `does` goes on after `The array images in photos.npz`. */
export function badArray(
  { array, file }: ArrayPlace,
  does: string,
  fix: string,
  cause?: unknown,
): FulgurError {
  const named = array === null ? 'The array' : `The array ${array.slice(0, 100)}`;
  return new FulgurError('data', { what: `${named} in ${readableName(file)} ${does}.`, fix, cause });
}

/** The error for a file that cannot be used as a whole. */
export function badArrayFile(file: string, does: string, fix: string, cause?: unknown): FulgurError {
  return new FulgurError('data', { what: `The file ${readableName(file)} ${does}.`, fix, cause });
}

export const saveAgain = 'Save it again, by numpy.savez for example.';
