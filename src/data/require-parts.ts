import { FulgurError, valueText } from '../errors';

/** A part of a definition, as it was given. */
export interface DefinitionPart {
  /** As the definition calls it: `open`. */
  readonly name: string;
  readonly value: unknown;
  readonly isRight: boolean;
  /** What to write, to follow "Write". */
  readonly fix: string;
}

/**
 * Checks a definition whose author may have no type checker.
 *
 * @param definer the function that it was given to: `defineDataset`.
 * @param definedName what it defines, where that is known.
 * @throws FulgurError of kind `config` that names the first part that is wrong.
 */
export function requireParts(definer: string, definedName: unknown, parts: readonly DefinitionPart[]): void {
  const wrong = parts.find(({ isRight }) => !isRight);
  if (wrong === undefined) return;
  const who = isName(definedName) ? `${definer} of ${definedName}` : definer;
  throw new FulgurError('config', {
    what: `${who} was given the ${wrong.name} ${valueText(wrong.value)}.`,
    fix: `Write ${wrong.fix}.`,
  });
}

export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Whether something is a zod schema, or nothing. */
export function isSchemaOrNone(value: unknown): boolean {
  if (value === undefined) return true;
  return typeof (value as { safeParse?: unknown } | null | undefined)?.safeParse === 'function';
}
