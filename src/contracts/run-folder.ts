/** The folder that holds everything that one run writes: `<root>/<experiment>/<version>`. */
export interface RunFolder {
  readonly path: string;
  readonly experiment: string;
  readonly version: string;
  /** An absolute path inside the folder. */
  resolve(...parts: readonly string[]): string;
}
