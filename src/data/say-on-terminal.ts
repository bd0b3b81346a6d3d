import type { Notify } from '../contracts';
import { writeLines } from '../system';

/** Writes messages that nothing else handles to the terminal, separate from a program's output. */
export const sayOnTerminal: Notify = (_level, text) => {
  writeLines(process.stderr, [text]);
};
