import { FulgurError, nearestName, valueText } from '../../errors';

/** What an option accepts: in words after "must be", and as a test. */
export interface OptionRule {
  readonly expects: string;
  readonly accepts: (value: unknown) => boolean;
}

export const probability: OptionRule = { expects: 'a number from 0 to 1', accepts: isBetween(0, 1) };
export const notNegative: OptionRule = { expects: 'a number of at least 0', accepts: isBetween(0, Infinity) };

export function wholeUpTo(most: number): OptionRule {
  return {
    expects: `a whole number from 1 to ${most}`,
    accepts: (value) => Number.isInteger(value) && isBetween(1, most)(value),
  };
}

/** Height and width of a square view: larger ones do not fit into the kernels' memory. */
export const viewSide = wholeUpTo(8192);

/** One number, or height and width. */
export const viewSize: OptionRule = {
  expects: `${viewSide.expects}, or two for height and width`,
  accepts: (value) =>
    Array.isArray(value) ? value.length === 2 && value.every(viewSide.accepts) : viewSide.accepts(value),
};

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

/** Smallest and largest standard deviation of a blur, in pixels. */
export const sigmaRange: OptionRule = {
  expects: 'two numbers from 0 to 1024, the smaller first',
  accepts: (value) => isRange(value) && (value as number[]).every(isBetween(0, 1024)),
};

/** How pixels are interpolated. */
export const interpolationRule: OptionRule = {
  expects: '"bilinear" or "bicubic"',
  accepts: (value) => value === 'bilinear' || value === 'bicubic',
};

export type OptionRules<T> = { readonly [K in keyof T]-?: OptionRule };

/** Collects the problems of a factory's options, to report them in one error. */
export class OptionProblems {
  readonly #wrong: string[] = [];
  readonly #fixes: string[] = [];

  constructor(private readonly factory: string) {}

  /** `wrong` describes the problem, `fix` the requirement. */
  add(wrong: string, fix: string): void {
    this.#wrong.push(wrong);
    this.#fixes.push(fix);
  }

  /**
   * Completes options with their defaults and notes every unknown or invalid one. `group` is the name of the group of
   * options, for example `crop`.
   */
  lay<T extends object>(
    options: NoInfer<Partial<T>>,
    defaults: T,
    rules: OptionRules<NoInfer<T>>,
    group = '',
  ): T {
    if (!isPlainObject(options)) {
      const name = group === '' ? 'the argument' : group;
      this.add(`${name} is ${valueText(options)}`, `${name} must be an object of options`);
      return defaults;
    }
    const prefix = group === '' ? '' : `${group}.`;
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    const ruleOf = new Map<string, OptionRule>(Object.entries(rules));
    for (const [name, value] of given) {
      const rule = ruleOf.get(name);
      if (rule === undefined) {
        this.add(`"${prefix}${name}" is not an option`, unknownOptionFix(name, [...ruleOf.keys()], prefix));
      } else if (!rule.accepts(value)) {
        this.add(`${prefix}${name} is ${valueText(value)}`, `${prefix}${name} must be ${rule.expects}`);
      }
    }
    return { ...defaults, ...(Object.fromEntries(given) as Partial<T>) };
  }

  /** @throws FulgurError of kind `config` if there is a problem. */
  throwIfAny(): void {
    if (this.#wrong.length === 0) return;
    throw new FulgurError('config', {
      what: `${this.factory}: ${this.#wrong.join('; ')}.`,
      fix: `${this.#fixes.join('; ')}.`,
    });
  }
}

/**
 * Completes options with their defaults.
 *
 * @throws FulgurError of kind `config` naming every unknown or invalid option.
 */
export function resolveOptions<T extends object>(
  factory: string,
  options: NoInfer<Partial<T>>,
  defaults: T,
  rules: OptionRules<NoInfer<T>>,
): T {
  const problems = new OptionProblems(factory);
  const settings = problems.lay(options, defaults, rules);
  problems.throwIfAny();
  return settings;
}

/** The rule for a hue: a share of the colour circle in either direction. */
export const hueRule: OptionRule = { expects: 'a number from 0 to 0.5', accepts: isBetween(0, 0.5) };

/**
 * Notes a hue that, once multiplied, shifts by more than half the colour circle; each option comes with its name in
 * messages.
 */
export function checkHue(
  problems: OptionProblems,
  [hueName, hue]: readonly [string, number],
  [strengthName, strength]: readonly [string, number],
): void {
  if (!hueRule.accepts(hue) || !isNumber(strength) || hue * strength <= 0.5) return;
  problems.add(
    `${hueName} ${hue} times ${strengthName} ${strength} is ${hue * strength}`,
    `${hueName} times ${strengthName} must be at most 0.5, half the colour circle`,
  );
}

/** Returns the error for options that are individually valid but not together. */
export function optionError(
  factory: string,
  wrong: readonly string[],
  fixes: readonly string[],
): FulgurError {
  return new FulgurError('config', { what: `${factory}: ${wrong.join('; ')}.`, fix: `${fixes.join('; ')}.` });
}

export function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownOptionFix(name: string, known: readonly string[], prefix: string): string {
  const nearest = nearestName(name, known);
  return nearest === null
    ? `"${prefix}${name}" must be removed: the options are ${known.map((option) => prefix + option).join(', ')}`
    : `"${prefix}${name}" should be "${prefix}${nearest}"`;
}
