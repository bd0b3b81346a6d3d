import type { z } from 'zod';
import type { HyperParameterDefinition, HyperParameterValue } from '../metadata';
import { clusterSchema, dataSchema, knnSchema, probeSchema, runSchema, trainerSchema } from './schema';

/** One option as the command line and configuration files know it. */
export interface Option {
  /** With dots: `trainer.maxEpochs`. */
  readonly path: string;
  readonly group: string;
  readonly description: string;
  readonly schema: z.ZodType;
}

type Shape = Readonly<Record<string, z.ZodType>>;

/** Values that only code can give. */
const CODE_ONLY = new Set(['data.transform', 'data.evaluationTransform']);

/** Options whose text is a path, or may be one. */
export const pathOptions: ReadonlySet<string> = new Set([
  'data.path',
  'trainer.defaultRootDir',
  'resume',
  'checkpoint',
]);

/** Options that the command line also knows by another name. */
export const shortNames: ReadonlyMap<string, string> = new Map([
  ['devices', 'trainer.devices'],
  ['max-restarts', 'cluster.maxRestarts'],
  ['isolate', 'cluster.isolate'],
]);

/** First words of options of every run, on the command line and in files. */
export const reservedNames: readonly string[] = [
  ...Object.keys(runSchema.shape),
  ...['name', 'trainer', 'data', 'probe', 'knn', 'cluster', 'config', 'help', 'version'],
  ...shortNames.keys(),
];

function optionsOf(shape: Shape, group: string, prefix: string): Option[] {
  return Object.entries(shape)
    .map(([name, schema]) => ({ path: prefix + name, group, description: schema.description ?? '', schema }))
    .filter(({ path }) => !CODE_ONLY.has(path));
}

/** Every option of an experiment, in the order of `--help`. */
export function allOptions(
  definitions: readonly HyperParameterDefinition[],
  hyperParameterSchema: (definition: HyperParameterDefinition) => z.ZodType<HyperParameterValue>,
): Option[] {
  return [
    ...definitions.map((definition) => ({
      path: definition.name,
      group: 'Hyperparameters',
      description: definition.description ?? '',
      schema: hyperParameterSchema(definition),
    })),
    ...optionsOf(trainerSchema.shape, 'Trainer', 'trainer.'),
    ...optionsOf(dataSchema.shape, 'Data', 'data.'),
    ...optionsOf(clusterSchema.shape, 'Ranks', 'cluster.'),
    ...optionsOf(probeSchema.shape, 'Linear probe', 'probe.'),
    ...optionsOf(knnSchema.shape, 'Nearest neighbours', 'knn.'),
    ...optionsOf(runSchema.shape, 'Run', ''),
  ];
}
