import type { Notify } from '../contracts';
import { writeLines } from '../system';

/** Where sentences go when nobody else takes them: to the terminal, apart from a program's output. */
export const sayOnTerminal: Notify = (_level, text) => {
  writeLines(process.stderr, [text]);
};
