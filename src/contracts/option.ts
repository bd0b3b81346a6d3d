import { z } from 'zod';

/**
 * What another value of an option does to a run that goes on from a checkpoint:
 *
 * - `position`: other samples come next; refused.
 * - `numbers`: each update is another one; refused.
 * - `hyperparameter`: the same, but it is the user's own knob; said as a warning.
 * - `rounding`: the same computation elsewhere or in another order, to other last bits; said as a warning.
 * - `source`: where the data come from; what they hold is compared in its place.
 * - `free`: how long the run is, what it measures, writes and shows; said.
 * - `own`: belongs to one start of the program; neither taken from the checkpoint nor compared.
 */
export type OptionEffect = 'position' | 'numbers' | 'hyperparameter' | 'rounding' | 'source' | 'free' | 'own';

/** What there is to know of an option besides its values and its help. */
export interface OptionFacts {
  readonly effect: OptionEffect;
  /** Whether its text is a path, or may be one: a first `~` is then the home folder. */
  readonly isPath?: boolean;
  /** A short name on the command line: `devices` for `--devices`. */
  readonly alias?: string;
  /** Whether only an experiment's file can give it. */
  readonly onlyInCode?: boolean;
}

/** An option's schema, with what else there is to know of it. */
export type OptionSchema<T extends z.ZodType = z.ZodType> = T & { readonly facts: OptionFacts };

/** Declares an option: its values with limits and default, its effect on a resumed run, a line for `--help`. */
export function option<T extends z.ZodType>(
  values: T,
  effect: OptionEffect,
  help: string,
  facts: Omit<OptionFacts, 'effect'> = {},
): OptionSchema<T> {
  return Object.assign(values.describe(help), { facts: { effect, ...facts } });
}

/** The options of one section; each says what it does to a resumed run, or does not compile. */
export function optionSection<Shape extends Readonly<Record<string, OptionSchema>>>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape);
}

/** A whole number above 0: `must be a whole number of epochs`. */
export function wholeNumber(unit: string): z.ZodNumber {
  return z.int(`must be a whole number of ${unit}`).positive('must be above 0');
}

/** A number from 0 up, as seeds are. */
export function seedNumber(): z.ZodNumber {
  return z.int('must be a whole number').nonnegative('must not be negative');
}
