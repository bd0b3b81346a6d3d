import { FulgurError } from '../../../errors';
import { readableName } from '../folder/file-name';

/** The location of an array: the file and, in an npz file, its name. */
export interface ArrayPlace {
  readonly array: string | null;
  readonly file: string;
}

/** Returns the error for an unusable array; `does` continues `The array images in photos.npz`. */
export function badArray(
  { array, file }: ArrayPlace,
  does: string,
  fix: string,
  cause?: unknown,
): FulgurError {
  const named = array === null ? 'The array' : `The array ${array.slice(0, 100)}`;
  return new FulgurError('data', { what: `${named} in ${readableName(file)} ${does}.`, fix, cause });
}

/** Returns the error for an unusable file. */
export function badArrayFile(file: string, does: string, fix: string, cause?: unknown): FulgurError {
  return new FulgurError('data', { what: `The file ${readableName(file)} ${does}.`, fix, cause });
}

export const saveAgain = 'Save it again, for example with numpy.savez.';
