import { shortened } from './value-text';

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

/** What a reader needs to act on an error, each part one sentence. What is too long to be read loses its middle. */
export interface ErrorParts {
  /** What happened, with names and values. */
  readonly what: string;
  /** What `what` announces, where it is several things: each is shown on a line of its own. */
  readonly list?: readonly string[];
  /** Why it happened, where `what` does not say it already. */
  readonly why?: string;
  /** The exact thing to do about it. */
  readonly fix: string;
  readonly cause?: unknown;
}

/** The base of every error that Fulgur raises on purpose; its message reads "what why fix", on one line where there is no list. */
export class FulgurError extends Error {
  readonly kind: ErrorKind;
  readonly fix: string;
  /** The message as it is to be shown: one line, or several that mean something as lines. */
  readonly lines: readonly string[];

  constructor(kind: ErrorKind, { what, list, why, fix, cause }: ErrorParts) {
    const advice = why === undefined ? fix : `${shortened(why)} ${fix}`;
    const lines =
      list === undefined
        ? [`${shortened(what)} ${advice}`]
        : [shortened(what), ...list.map((item) => `  ${shortened(item)}`), advice];
    super(lines.join('\n'), cause === undefined ? {} : { cause });
    this.name = 'FulgurError';
    this.kind = kind;
    this.fix = fix;
    this.lines = lines;
  }
}
