/** A file on the package index, and the parts of it that are kept. */
export interface Wheel {
  readonly project: string;
  readonly version: string;
  /** pip's platform tag. */
  readonly platform: string;
  /** The Python version for which the wheel is made; any Python can download and unpack it. */
  readonly python: string;
  readonly sha256: string;
  /** The size of the download, if known. */
  readonly bytes: number | null;
  /** Only files whose paths start with one of these prefixes are unpacked. */
  readonly keep: readonly string[];
}

/** Returns a wheel's name in messages. */
export function wheelName({ project, version }: Wheel): string {
  return `${project} ${version}`;
}
