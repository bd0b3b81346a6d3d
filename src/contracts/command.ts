import type { z } from 'zod';

/** Options that select what a command starts from and what it looks at. */
export type Selector = 'resume' | 'checkpoint' | 'untrained' | 'weights' | 'split';

/** The rules by which a command's words and options are parsed. */
export interface CommandWords {
  /** The command's name: the first word after the experiment's file. */
  readonly name: string;
  /** A line for `--help`. */
  readonly help: string;
  /** The heading of its options in `--help`. */
  readonly title: string;
  /** Its options: `--<name>.<option>` anywhere, or `--<option>` after the command's name. Each has a default. */
  readonly options: Readonly<Record<string, z.ZodType>>;
  /** The option, a list of texts, that takes the words of the command line that belong to no option. */
  readonly words?: string | undefined;
  /**
   * `true` for a selector that the command takes; otherwise the message that the user gets. A command that takes
   * `resume` is one that trains.
   */
  readonly selectors: Readonly<Record<Selector, true | string>>;
  /** The checkpoint used if the user names none. `null` means no checkpoint: the run folder is not searched for. */
  readonly defaultCheckpoint: 'last' | null;
  /** The split used if the user names none; with `null` the command chooses. */
  readonly defaultSplit: 'train' | 'test' | 'all' | null;
}
