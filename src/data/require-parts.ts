import { FulgurError, valueText } from '../errors';

/** A part of a definition, as given. */
export interface DefinitionPart {
  /** Its name in the definition: `open`. */
  readonly name: string;
  readonly value: unknown;
  readonly isRight: boolean;
  /** What to write, as it follows "Write". */
  readonly fix: string;
}

/**
 * Checks a definition, whose author may not use a type checker.
 *
 * @param definer the function it was passed to: `defineDataset`.
 * @param definedName what it defines, if known.
 * @throws FulgurError of kind `config` naming the first invalid part.
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

/** Whether a value is a zod schema or undefined. */
export function isSchemaOrNone(value: unknown): boolean {
  if (value === undefined) return true;
  return typeof (value as { safeParse?: unknown } | null | undefined)?.safeParse === 'function';
}
