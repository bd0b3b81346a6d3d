import { FulgurError } from '../../errors';

/** Environment variables, passed by code that may read the process's own. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Returns a variable's value; `null` if it is not set or empty. */
export function valueOf(variables: Variables, name: string): string | null {
  const value = variables[name]?.trim();
  return value === undefined || value === '' ? null : value;
}

/** Returns the error for a required variable that is not set. */
export function missing(name: string, source: string): FulgurError {
  return new FulgurError('config', {
    what: `The variables of ${source} are set, except ${name}.`,
    fix: `Set ${name}, or start this process without the others.`,
  });
}

/**
 * Reads a whole number from a variable; `null` if it is not set.
 * @throws FulgurError of kind `config` for anything but digits, and for a number outside `least` to `most`.
 */
export function wholeNumberIn(
  variables: Variables,
  name: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER }: { readonly least?: number; readonly most?: number } = {},
): number | null {
  const text = valueOf(variables, name);
  if (text === null) return null;
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new FulgurError('config', {
    what: `${name} is "${text}".`,
    fix: `Set ${name} to a whole number ${range}.`,
  });
}

/** Reads a port from a variable; `null` if it is not set. */
export function portNumber(variables: Variables, name: string): number | null {
  return wholeNumberIn(variables, name, { least: 1, most: 65_535 });
}

/** Checks that a rank is smaller than the number of processes. */
export function rankBelow(variables: Variables, name: string, size: number, sizeName: string): number | null {
  const rank = wholeNumberIn(variables, name);
  if (rank === null || rank < size) return rank;
  throw new FulgurError('config', {
    what: `${name} is ${rank}, but ${sizeName} is ${size}.`,
    fix: `Give every process a ${name} from 0 to ${size - 1}.`,
  });
}
