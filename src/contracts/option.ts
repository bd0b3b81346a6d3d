import { z } from 'zod';

/**
 * The effect of changing an option when a run is resumed from a checkpoint:
 *
 * - `position`: other samples come next; rejected.
 * - `numbers`: each update changes; rejected.
 * - `hyperparameter`: each update changes, but the option is the user's own knob; a warning.
 * - `rounding`: the same computation elsewhere or in another order, with different last bits; a warning.
 * - `source`: where the data comes from; its contents are compared instead.
 * - `free`: how long the run is, what it measures, writes and shows; an information message.
 * - `own`: applies to one start of the program; neither taken from the checkpoint nor compared.
 */
export type OptionEffect = 'position' | 'numbers' | 'hyperparameter' | 'rounding' | 'source' | 'free' | 'own';

/** The properties of an option besides its values and its help text. */
export interface OptionFacts {
  readonly effect: OptionEffect;
  /** Whether its text is or may be a path, in which a leading `~` is the home folder. */
  readonly isPath?: boolean;
  /** An additional short name on the command line: `devices` for `--devices`. */
  readonly alias?: string;
  /** Whether it can only be set in an experiment's file. */
  readonly onlyInCode?: boolean;
}

/** An option's schema with its facts. */
export type OptionSchema<T extends z.ZodType = z.ZodType> = T & { readonly facts: OptionFacts };

/** Declares an option: its values with limits and default, its effect on a resumed run, and a line for `--help`. */
export function option<T extends z.ZodType>(
  values: T,
  effect: OptionEffect,
  help: string,
  facts: Omit<OptionFacts, 'effect'> = {},
): OptionSchema<T> {
  return Object.assign(values.describe(help), { facts: { effect, ...facts } });
}

/** The options of one section. An option that does not declare its effect on a resumed run does not compile. */
export function optionSection<Shape extends Readonly<Record<string, OptionSchema>>>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape);
}

/** The schema of a whole number above 0, with the message `must be a whole number of epochs`. */
export function wholeNumber(unit: string): z.ZodNumber {
  return z.int(`must be a whole number of ${unit}`).positive('must be above 0');
}

/** The schema of a seed: a whole number of 0 or more. */
export function seedNumber(): z.ZodNumber {
  return z.int('must be a whole number').nonnegative('must not be negative');
}
