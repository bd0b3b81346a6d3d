import { z } from 'zod';
import { clusterSchema, dataSchema, runSchema, trainerSchema } from '../contracts';
import type { CommandWords, OptionEffect, OptionFacts, OptionSchema } from '../contracts';
import type { HyperParameterDefinition, HyperParameterValue } from '../metadata';

/** One option as the command line and configuration files know it. */
export interface Option extends OptionFacts {
  /** With dots: `trainer.maxEpochs`. */
  readonly path: string;
  readonly group: string;
  readonly help: string;
  readonly schema: z.ZodType;
}

/** Options of every run, in the order of `--help`: those of commands stand before the last of them. */
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

/** What an evaluation depends on is nothing to a fit. */
function ofCommand({ name, title, options }: CommandWords): Option[] {
  return Object.entries(options).map(([option, schema]) => ({
    ...{ path: `${name}.${option}`, group: title, help: schema.description ?? '', schema },
    effect: 'free',
  }));
}

const ofEveryRun = sections.flat();

/** Options that the command line also knows by another name. */
export const shortNames: ReadonlyMap<string, string> = new Map(
  ofEveryRun.flatMap(({ alias, path }) => (alias === undefined ? [] : [[alias, path]])),
);

/** First words of options of every run, on the command line and in files. */
export const reservedNames: readonly string[] = [
  ...new Set(ofEveryRun.map(({ path }) => path.split('.')[0] ?? '')),
  ...['name', 'config', 'help', 'version'],
  ...shortNames.keys(),
];

/** Every option that files and the command line can give, in the order of `--help`. */
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

/** What a hyperparameter's values must be: the type of its default, within its rules. */
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

/** The effect of an option by its path. Besides the options of every run there are those of commands, and hyperparameters. */
export function effectOf(path: string): OptionEffect {
  return effects.get(path) ?? (path.includes('.') ? 'free' : 'hyperparameter');
}
