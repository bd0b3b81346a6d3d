/** A fault that a check of the documentation found. */
export interface Problem {
  /** Path of the file, from the project's root. */
  readonly file: string;
  /** Line of the fault, from 1; 0 for the whole file. */
  readonly line: number;
  readonly message: string;
}

/** A check of the documentation, as `npm run docs:check` runs it. */
export interface Check {
  /** Name in the output, and the argument that selects the check: `npm run docs:check -- links`. */
  readonly name: string;
  run(): Promise<readonly Problem[]>;
}

/** A generator of pages. */
export interface Generator {
  /** Folder or file in `docs` that belongs to the generator; Git ignores it. */
  readonly target: string;
  /** Writes the pages. A folder exists and is empty. */
  generate(out: string): Promise<void>;
}
