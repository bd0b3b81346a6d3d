import { z } from 'zod';
import { clusterSchema, dataSchema, runSchema, trainerSchema } from '../contracts';
import type { CommandWords, OptionEffect, OptionFacts, OptionSchema } from '../contracts';
import { valueText } from '../errors';
import type { HyperParameterDefinition, HyperParameterValue } from '../metadata';
import { nearestChoice } from './problems';

/** An option of the command line and configuration files. */
export interface Option extends OptionFacts {
  /** Dotted path: `trainer.maxEpochs`. */
  readonly path: string;
  readonly group: string;
  readonly help: string;
  readonly schema: z.ZodType;
}

/** Options of every run, in the order of `--help`. Those of commands come before the last section. */
const sections: readonly (readonly Option[])[] = [
  declared(trainerSchema.shape, 'Trainer', 'trainer.'),
  declared(dataSchema.shape, 'Data', 'data.'),
  declared(clusterSchema.shape, 'Ranks', 'cluster.'),
  declared(runSchema.shape, 'Run', ''),
];

function declared(shape: Readonly<Record<string, OptionSchema>>, group: string, prefix: string): Option[] {
  return Object.entries(shape).map(([name, schema]) => ({
    ...{ path: prefix + name, group, help: schema.description ?? '', schema },
    ...schema.facts,
  }));
}

/** The options of an evaluation do not affect a fit, so their effect is `free`. */
function ofCommand({ name, title, options }: CommandWords): Option[] {
  return Object.entries(options).map(([option, schema]) => ({
    ...{ path: `${name}.${option}`, group: title, help: schema.description ?? '', schema },
    effect: 'free',
  }));
}

const ofEveryRun = sections.flat();

/** Options with a short name on the command line. */
const shortNames: ReadonlyMap<string, string> = new Map(
  ofEveryRun.flatMap(({ alias, path }) => (alias === undefined ? [] : [[alias, path]])),
);

/**
 * Returns the path of the option that a name on the command line stands for: `--out` of `embed` is `--embed.out` unless
 * an option of every run or a hyperparameter has that name.
 */
export function optionPath(name: string, command: CommandWords, options: readonly Option[]): string {
  const isKnown = options.some(({ path }) => path === name);
  if (!isKnown && Object.hasOwn(command.options, name)) return `${command.name}.${name}`;
  return shortNames.get(name) ?? name;
}

/** Names, or their first parts, of options of every run, on the command line and in files. */
export const reservedNames: readonly string[] = [
  ...new Set(ofEveryRun.map(({ path }) => path.split('.')[0] ?? '')),
  ...['name', 'config', 'help', 'version'],
  ...shortNames.keys(),
];

/** Names of the commands that have options. */
export function sectionsOf(commands: readonly CommandWords[]): string[] {
  return commands.filter(({ options }) => Object.keys(options).length > 0).map(({ name }) => name);
}

/** All options that files and the command line can set, in the order of `--help`. */
export function allOptions(
  hyperParameters: readonly HyperParameterDefinition[],
  defaults: Readonly<Record<string, HyperParameterValue>>,
  commands: readonly CommandWords[],
): Option[] {
  const own = hyperParameters.map((definition) => ({
    path: definition.name,
    group: 'Hyperparameters',
    help: definition.description ?? '',
    schema: hyperParameterSchema(definition, defaults[definition.name] ?? 0),
    effect: 'hyperparameter' as const,
  }));
  const inOrder = [...sections.slice(0, -1), commands.flatMap(ofCommand), ...sections.slice(-1)];
  return [...own, ...inOrder.flat().filter(({ onlyInCode = false }) => !onlyInCode)];
}

/** The schema of a hyperparameter's values: the type of its default, within its rules. */
function hyperParameterSchema(
  { min, max, integer = false, choices }: HyperParameterDefinition,
  initial: HyperParameterValue,
): z.ZodType<HyperParameterValue> {
  const numbers = (): z.ZodNumber => {
    let schema: z.ZodNumber = integer ? z.int('must be a whole number') : z.number();
    if (min !== undefined) schema = schema.min(min, `must be at least ${min}`);
    if (max !== undefined) schema = schema.max(max, `must be at most ${max}`);
    return schema;
  };
  const base: z.ZodType<HyperParameterValue> =
    typeof initial === 'boolean' ? z.boolean() : typeof initial === 'string' ? z.string() : numbers();
  return (choices === undefined ? base : base.pipe(z.literal([...choices]))).default(initial);
}

const effects: ReadonlyMap<string, OptionEffect> = new Map(
  ofEveryRun.map(({ path, effect }) => [path, effect]),
);

/** Returns the effect of an option by its path: an option of every run or of a command, or a hyperparameter. */
export function effectOf(path: string): OptionEffect {
  return effects.get(path) ?? (path.includes('.') ? 'free' : 'hyperparameter');
}

/**
 * Returns the values that an option can have if there are few: those of an enumeration, or for a union its fixed values
 * and what else it accepts. `null` if there is nothing to choose from.
 */
export function choicesOf(schema: z.ZodType): readonly string[] | null {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return choicesOf(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodPipe) return choicesOf(schema.out as z.ZodType);
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
  if (!(schema instanceof z.ZodUnion)) return null;
  const parts = schema.options.map((option) => choicesOf(option as z.ZodType));
  if (parts.every((part) => part === null)) return null;
  return [...parts.flatMap((part) => part ?? []), ...(parts.includes(null) ? ['a number'] : [])];
}

/**
 * Returns the value that a word of the command line stands for: the first reading that the option accepts of a number,
 * a boolean, `null` and the text itself. `true` stands for an option without a value.
 */
export function readText(schema: z.ZodType, text: string | true): unknown {
  const readings = text === true ? [true] : readingsOf(text);
  const fitting = readings.findIndex((reading) => schema.safeParse(reading).success);
  return readings[Math.max(fitting, 0)];
}

function readingsOf(text: string): unknown[] {
  const trimmed = text.trim();
  const number = trimmed === '' ? NaN : Number(trimmed);
  return [
    ...(Number.isFinite(number) ? [number] : []),
    ...(trimmed === 'true' || trimmed === 'false' ? [trimmed === 'true'] : []),
    ...(trimmed === 'null' ? [null] : []),
    text,
  ];
}

/** Describes why an option does not accept a value. */
export function refusal(schema: z.ZodType, error: z.ZodError, value: unknown): string {
  const choices = choicesOf(schema) ?? [];
  const isChoice = error.issues[0]?.code === 'invalid_value';
  const must = isChoice ? `must be one of ${choices.join(', ')}` : describe(error);
  const nearest = isChoice && typeof value === 'string' ? nearestChoice(value, choices) : null;
  return `${must}, not ${valueText(value)}${nearest === null ? '' : `; did you mean ${nearest}?`}`;
}

function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'is wrong';
  if (issue.code === 'invalid_union') return describeUnion(issue.errors);
  return issue.message.startsWith('must') ? issue.message : describeIssue(issue);
}

const typeWords: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  record: 'an object',
  string: 'text',
};

/** Describes what a schema without a message of its own expects. */
function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `must be ${typeWords[issue.expected] ?? issue.expected}`;
  if (issue.code === 'too_small') {
    const { origin, inclusive = true, minimum } = issue;
    return limit(origin, `${inclusive ? 'at least' : 'above'} ${minimum}`, Number(minimum));
  }
  if (issue.code === 'too_big') {
    const { origin, inclusive = true, maximum } = issue;
    return limit(origin, `${inclusive ? 'at most' : 'below'} ${maximum}`, Number(maximum));
  }
  return `must be ${issue.message.replace(/^.*expected /i, '').replace(/, received .*$/, '')}`;
}

function limit(origin: string, words: string, count: number): string {
  const part = { array: 'item', string: 'character' }[origin];
  return part === undefined ? `must be ${words}` : `must have ${words} ${part}${count === 1 ? '' : 's'}`;
}

/** For a union, uses the message of an alternative that has its own. */
function describeUnion(alternatives: readonly (readonly z.core.$ZodIssue[])[]): string {
  const issues = alternatives.flatMap((alternative) => alternative.slice(0, 1));
  const worded = issues.find(({ message }) => message.startsWith('must'));
  return worded?.message ?? 'has the wrong type';
}
