import type { z } from 'zod';
import { clusterSchema, dataSchema, knnSchema, probeSchema, runSchema, trainerSchema } from '../contracts';
import type { OptionEffect, OptionFacts, OptionSchema } from '../contracts';
import type { HyperParameterDefinition, HyperParameterValue } from '../metadata';

/** One option as the command line and configuration files know it. */
export interface Option extends OptionFacts {
  /** With dots: `trainer.maxEpochs`. */
  readonly path: string;
  readonly group: string;
  readonly help: string;
  readonly schema: z.ZodType;
}

type Shape = Readonly<Record<string, z.ZodType>>;

/** Options of every run, in the order of `--help`. */
const fixed: readonly Option[] = [
  ...declared(trainerSchema.shape, 'Trainer', 'trainer.'),
  ...declared(dataSchema.shape, 'Data', 'data.'),
  ...declared(clusterSchema.shape, 'Ranks', 'cluster.'),
  ...ofCommand(probeSchema.shape, 'Linear probe', 'probe.'),
  ...ofCommand(knnSchema.shape, 'Nearest neighbours', 'knn.'),
  ...declared(runSchema.shape, 'Run', ''),
];

function declared(shape: Readonly<Record<string, OptionSchema>>, group: string, prefix: string): Option[] {
  return Object.entries(shape).map(([name, schema]) => ({
    ...{ path: prefix + name, group, help: schema.description ?? '', schema },
    ...schema.facts,
  }));
}

/** What an evaluation depends on is nothing to a fit. */
function ofCommand(shape: Shape, group: string, prefix: string): Option[] {
  return Object.entries(shape).map(([name, schema]) => ({
    ...{ path: prefix + name, group, help: schema.description ?? '', schema },
    effect: 'free',
  }));
}

/** Options that the command line also knows by another name. */
export const shortNames: ReadonlyMap<string, string> = new Map(
  fixed.flatMap(({ alias, path }) => (alias === undefined ? [] : [[alias, path]])),
);

/** First words of options of every run, on the command line and in files. */
export const reservedNames: readonly string[] = [
  ...new Set(fixed.map(({ path }) => path.split('.')[0] ?? '')),
  ...['name', 'config', 'help', 'version'],
  ...shortNames.keys(),
];

/** Every option of an experiment that files and the command line can give, in the order of `--help`. */
export function allOptions(
  definitions: readonly HyperParameterDefinition[],
  hyperParameterSchema: (definition: HyperParameterDefinition) => z.ZodType<HyperParameterValue>,
): Option[] {
  return [
    ...definitions.map((definition) => ({
      path: definition.name,
      group: 'Hyperparameters',
      help: definition.description ?? '',
      schema: hyperParameterSchema(definition),
      effect: 'hyperparameter' as const,
    })),
    ...fixed.filter(({ onlyInCode = false }) => !onlyInCode),
  ];
}

const effects: ReadonlyMap<string, OptionEffect> = new Map(fixed.map(({ path, effect }) => [path, effect]));

/** The effect of an option by its path; what is not an option of every run is a hyperparameter. */
export function effectOf(path: string): OptionEffect {
  return effects.get(path) ?? 'hyperparameter';
}

/** Whether an evaluation of a checkpoint is configured as its run was; how much to look at is each evaluation's own. */
export function holdsForEvaluations(path: string): boolean {
  return ['position', 'numbers', 'hyperparameter', 'source'].includes(effectOf(path));
}
