/** The area an error belongs to: stable, for programs that react to errors. */
export type ErrorKind =
  | 'config'
  | 'data'
  | 'engine'
  | 'trace'
  | 'module'
  | 'state'
  | 'checkpoint'
  | 'plugin'
  | 'trainer'
  | 'ranks'
  | 'interrupted';

/** What a reader needs to act on an error, each part one sentence. */
export interface ErrorParts {
  /** What happened, with names and values. */
  readonly what: string;
  /** Why it happened, where `what` does not say it already. */
  readonly why?: string;
  /** The exact thing to do about it. */
  readonly fix: string;
  readonly cause?: unknown;
}

/** The base of every error that Fulgur raises on purpose; its message reads "what why fix". */
export class FulgurError extends Error {
  readonly kind: ErrorKind;
  readonly fix: string;
  /** The message as it is to be shown: one line, or several that mean something as lines. */
  lines: readonly string[];

  constructor(kind: ErrorKind, { what, why, fix, cause }: ErrorParts) {
    super(
      [what, why, fix].filter((part) => part !== undefined).join(' '),
      cause === undefined ? {} : { cause },
    );
    this.name = 'FulgurError';
    this.kind = kind;
    this.fix = fix;
    this.lines = [this.message];
  }
}
