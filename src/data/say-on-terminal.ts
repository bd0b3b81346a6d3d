import type { Notify } from '../contracts';

/** Where sentences go when nobody else takes them: to the terminal, apart from a program's output. */
export const sayOnTerminal: Notify = (_level, text) => {
  console.warn(text);
};
