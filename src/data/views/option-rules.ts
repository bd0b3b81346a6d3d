import { FulgurError, nearestName, valueText } from '../../errors';

/** What an option takes: in words, to follow "must be", and as a test. */
export interface OptionRule {
  readonly expects: string;
  readonly accepts: (value: unknown) => boolean;
}

export const probability: OptionRule = { expects: 'a number from 0 to 1', accepts: isBetween(0, 1) };
export const notNegative: OptionRule = { expects: 'a number from 0 on', accepts: isBetween(0, Infinity) };

export function wholeUpTo(most: number): OptionRule {
  return {
    expects: `a whole number from 1 to ${most}`,
    accepts: (value) => Number.isInteger(value) && isBetween(1, most)(value),
  };
}

/** Height and width of a view: larger ones do not fit into a kernel's memory. */
export const viewSize = wholeUpTo(8192);

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

export function isBetween(low: number, high: number): (value: unknown) => boolean {
  return (value) => isNumber(value) && value >= low && value <= high;
}

/** Two numbers, the smaller first. */
export function isRange(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [low, high] = value as unknown[];
  return isNumber(low) && isNumber(high) && low <= high;
}

/**
 * Lays options over their defaults.
 *
 * @throws FulgurError of kind `config` that names every unknown and every wrong option.
 */
export function resolveOptions<T extends object>(
  factory: string,
  options: Partial<T>,
  defaults: T,
  rules: { readonly [K in keyof T]-?: OptionRule },
): T {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const ruleOf = new Map<string, OptionRule>(Object.entries(rules));
  const wrong: string[] = [];
  const fixes: string[] = [];
  for (const [name, value] of given) {
    const rule = ruleOf.get(name);
    if (rule === undefined) {
      wrong.push(`"${name}" is not an option`);
      fixes.push(unknownOptionFix(name, [...ruleOf.keys()]));
    } else if (!rule.accepts(value)) {
      wrong.push(`${name} is ${valueText(value)}`);
      fixes.push(`${name} must be ${rule.expects}`);
    }
  }
  if (wrong.length > 0) throw optionError(factory, wrong, fixes);
  return { ...defaults, ...(Object.fromEntries(given) as Partial<T>) };
}

export function optionError(
  factory: string,
  wrong: readonly string[],
  fixes: readonly string[],
): FulgurError {
  return new FulgurError('config', { what: `${factory}: ${wrong.join('; ')}.`, fix: `${fixes.join('; ')}.` });
}

function unknownOptionFix(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === null
    ? `"${name}" must go: the options are ${known.join(', ')}`
    : `"${name}" should be "${nearest}"`;
}
