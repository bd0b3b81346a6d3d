/** A file on the package index, and what of it is kept. */
export interface Wheel {
  readonly project: string;
  readonly version: string;
  /** pip's platform tag. */
  readonly platform: string;
  /** The Python version that the wheel is made for; any Python can download and unpack it. */
  readonly python: string;
  readonly sha256: string;
  /** Size of the download, where it is known. */
  readonly bytes: number | null;
  /** Files whose paths begin with one of these are unpacked, the others are not. */
  readonly keep: readonly string[];
}

/** A wheel's name in messages. */
export function wheelName({ project, version }: Wheel): string {
  return `${project} ${version}`;
}
