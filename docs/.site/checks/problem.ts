/** A place that a check wants repaired. */
export interface Problem {
  /** Relative to the repository's root. */
  readonly file: string;
  readonly line: number;
  readonly message: string;
}
