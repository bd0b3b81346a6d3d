import type { Split } from '../image-dataset';

/** A file of images in the binary version of a CIFAR data set. */
export interface CifarFile {
  readonly name: string;
  readonly split: 'train' | 'test';
  /** The number of images in it. */
  readonly records: number;
}

/** The contents and origin of the binary version of a CIFAR data set. */
export interface CifarArchive {
  /** Its `--data.name`. */
  readonly name: string;
  /** Its name in messages: `CIFAR-10`. */
  readonly title: string;
  /** Address of the archive. */
  readonly url: string;
  readonly md5: string;
  /** More bytes than the archive has: a server that sends more is sending something else. */
  readonly mostBytes: number;
  readonly archiveName: string;
  /** The folder inside the archive. */
  readonly archiveFolder: string;
  readonly files: readonly CifarFile[];
  /** Short text files beside them. */
  readonly texts: readonly string[];
  /** Names that identify the Python version. */
  readonly pythonNames: RegExp;
  /** The number of bytes before the pixels of an image; the last of them is its class. */
  readonly labelBytes: number;
  readonly classNames: readonly string[];
}

export const side = 32;

/** The class, then the red, the green and the blue plane. */
export function recordBytes({ labelBytes }: CifarArchive): number {
  return labelBytes + 3 * side * side;
}

/** Returns the files of a split. */
export function filesOf({ files }: CifarArchive, wanted: Split): readonly CifarFile[] {
  return files.filter(({ split }) => wanted === 'all' || split === wanted);
}
