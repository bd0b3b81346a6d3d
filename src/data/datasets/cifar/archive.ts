import type { Split } from '../image-dataset';

/** One of the files in which a CIFAR data set's binary version keeps its images. */
export interface CifarFile {
  readonly name: string;
  readonly split: 'train' | 'test';
  /** Images in it. */
  readonly records: number;
}

/** What the binary version of a CIFAR data set is made of, and where it comes from. */
export interface CifarArchive {
  /** By which `--data.name` it is chosen. */
  readonly name: string;
  /** What it is in messages: `CIFAR-10`. */
  readonly title: string;
  /** Address of the archive. */
  readonly url: string;
  readonly md5: string;
  /** More than the archive has: a server that sends more sends something else. */
  readonly mostBytes: number;
  readonly archiveName: string;
  /** The folder inside the archive. */
  readonly archiveFolder: string;
  readonly files: readonly CifarFile[];
  /** Short texts that lie beside them. */
  readonly texts: readonly string[];
  /** Names by which the version for Python is told. */
  readonly pythonNames: RegExp;
  /** Bytes before the pixels of an image; the last of them is its class. */
  readonly labelBytes: number;
  readonly classNames: readonly string[];
}

export const side = 32;

/** The class, then the red, the green and the blue plane. */
export function recordBytes({ labelBytes }: CifarArchive): number {
  return labelBytes + 3 * side * side;
}

/** The files that a split consists of. */
export function filesOf({ files }: CifarArchive, wanted: Split): readonly CifarFile[] {
  return files.filter(({ split }) => wanted === 'all' || split === wanted);
}
