import { messageOf } from './message-of';
import { shortened } from './value-text';

/** Kinds of errors, and what each is about. */
export const errorKinds = {
  config: 'an option, a configuration file, the command line or a decorator',
  data: 'a data set, an image, a batch or a view',
  engine: 'TensorFlow: its libraries, a device, or an operation that failed in it',
  trace: 'something in a compiled step that would not be computed again at each step',
  module: 'a module: its sizes, its shapes, its parameters, or what it computes',
  state: 'a state dict or a file of tensors that does not fit',
  checkpoint: 'a checkpoint that does not exist, is damaged, or belongs to another run',
  plugin: 'a plugin: its options, its hooks, or its place in the run',
  trainer: 'training and its log: limits, metrics, steps that a module lacks',
  ranks: 'several ranks: one that was lost, or that differs from the others',
  interrupted: 'an interruption of the run by the user',
} as const;

/** The area that an error belongs to; stable, for programs that react to errors. */
export type ErrorKind = keyof typeof errorKinds;

/** What a reader needs to act on an error, one sentence per part. The middle of very long parts is left out. */
export interface ErrorParts {
  /** What happened, with names and values. */
  readonly what: string;
  /** The items that `what` announces, if there are several: each is shown on its own line. */
  readonly list?: readonly string[] | undefined;
  /** Why it happened, if `what` does not already report it. */
  readonly why?: string | undefined;
  /** The exact thing to do about it. */
  readonly fix: string;
  readonly cause?: unknown;
}

/**
 * The base of every error that Fulgur raises on purpose; its message reads "what why fix", on one line if there is no
 * list.
 */
export class FulgurError extends Error implements ErrorParts {
  readonly kind: ErrorKind;
  readonly what: string;
  readonly list: readonly string[] | undefined;
  readonly why: string | undefined;
  readonly fix: string;
  /** The message as displayed: one line, or a line per item of the list. */
  readonly lines: readonly string[];

  constructor(kind: ErrorKind, { what, list, why, fix, cause }: ErrorParts) {
    const lines = linesOf({ what, list, why }, [fix]);
    super(lines.join('\n'), cause === undefined ? {} : { cause });
    this.name = 'FulgurError';
    this.kind = kind;
    this.what = what;
    this.list = list;
    this.why = why;
    this.fix = fix;
    this.lines = lines;
  }

  /** The message without the fix. */
  get finding(): string {
    return linesOf(this, []).join('\n');
  }

  /**
   * Wraps a thrown value in a wider context: `${story}: ${what}`, with its list, reason and fix.
   *
   * @param story the context, such as `Plugin 'bell' failed in onTrainEnd`.
   * @param thrown the thrown value, which becomes the cause.
   * @param fix used if the thrown value is not a FulgurError and so has no fix.
   */
  static within(story: string, thrown: unknown, kind: ErrorKind, fix: string): FulgurError {
    const own: ErrorParts =
      thrown instanceof FulgurError ? thrown : { what: sentence(messageOf(thrown)), fix };
    const { what, list, why } = own;
    return new FulgurError(kind, { what: `${story}: ${what}`, list, why, fix: own.fix, cause: thrown });
  }
}

/** Whether something was aborted because the user ended the run. */
export function isInterruption(error: unknown): error is FulgurError {
  return error instanceof FulgurError && error.kind === 'interrupted';
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function linesOf({ what, list, why }: Omit<ErrorParts, 'fix'>, fixes: readonly string[]): string[] {
  const advice = [...(why === undefined ? [] : [shortened(why)]), ...fixes].join(' ');
  if (list === undefined) return [`${shortened(what)} ${advice}`.trimEnd()];
  const items = list.map((item) => `  ${shortened(item)}`);
  return [shortened(what), ...items, ...(advice === '' ? [] : [advice])];
}
