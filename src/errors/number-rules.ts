import { FulgurError } from './fulgur-error';
import type { ErrorKind } from './fulgur-error';
import { valueKind } from './value-kind';

/** Which numbers an option accepts. */
export interface NumberRule {
  /** The wording after "Give" or "Return": `a number greater than 0`. */
  readonly wanted: string;
  /** @param value a finite number. */
  allows(value: number): boolean;
}

/** Rules for numeric options. No rule accepts NaN or an infinite number. */
export const numbers = {
  finite: { wanted: 'a finite number', allows: () => true },
  positive: { wanted: 'a number greater than 0', allows: (value) => value > 0 },
  fromZero: { wanted: 'a number of 0 or more', allows: (value) => value >= 0 },
  share: { wanted: 'a number from 0 to 1', allows: (value) => value >= 0 && value <= 1 },
  belowOne: {
    wanted: 'a number from 0 up to, and not including, 1',
    allows: (value) => value >= 0 && value < 1,
  },
  count: {
    wanted: 'a whole number of 1 or more',
    allows: (value) => Number.isSafeInteger(value) && value >= 1,
  },
  countFromZero: {
    wanted: 'a whole number of 0 or more',
    allows: (value) => Number.isSafeInteger(value) && value >= 0,
  },
} as const satisfies Readonly<Record<string, NumberRule>>;

/** Whether a value of any type is a finite number that a rule allows. */
export function isNumberOf(rule: NumberRule, value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && rule.allows(value);
}

/**
 * Checks the values of options, of which the compiler only checks the types.
 *
 * @param owner what the options belong to: `ntXent`.
 * @param options by name; their types are checked too.
 * @param why what another number would do, if that is not obvious.
 * @throws FulgurError for the first option that is not a number allowed by the rule.
 */
export function requireNumbers(
  owner: string,
  options: Readonly<Record<string, unknown>>,
  rule: NumberRule,
  { kind = 'config', why }: { readonly kind?: ErrorKind; readonly why?: string } = {},
): void {
  for (const [name, value] of Object.entries(options)) {
    if (isNumberOf(rule, value)) continue;
    throw new FulgurError(kind, {
      what: `${owner} got ${name} ${valueKind(value)}.`,
      ...(why === undefined ? {} : { why }),
      fix: `Give ${rule.wanted}.`,
    });
  }
}
