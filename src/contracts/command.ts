import type { z } from 'zod';

/** Options that say what a command starts from, and what it looks at. */
export type Selector = 'resume' | 'checkpoint' | 'untrained' | 'weights' | 'split';

/** What the words and options of a command are read by. */
export interface CommandWords {
  /** The first word after the experiment's file. */
  readonly name: string;
  /** A line for `--help`. */
  readonly help: string;
  /** What its options stand under in `--help`. */
  readonly title: string;
  /** Its options, `--<name>.<option>` or, behind its name, `--<option>`; each has a default. */
  readonly options: Readonly<Record<string, z.ZodType>>;
  /** The option that takes the words of the command line that belong to no option: a list of texts. */
  readonly words?: string | undefined;
  /** Whether it takes a selector; of one that it does not, what the user hears. A command that resumes is one that trains. */
  readonly selectors: Readonly<Record<Selector, true | string>>;
  /** The checkpoint that it looks at where the user names none; `null`: none, and the run folder is not looked for. */
  readonly defaultCheckpoint: 'last' | null;
  /** The split that it looks at where the user names none. */
  readonly defaultSplit: 'train' | 'test' | 'all';
}
