import { batchesProblem, datasetNames, datasetProblem, isBatchesDeclaration } from '../contracts';
import type { Json } from '../contracts';
import { valueText } from '../errors';
import type { Problem } from './problems';
import type { DataValues, OptionValues } from './recorded';

/** Returns the problems of a data set in an experiment's code. */
export function datasetProblems(dataset: object | null, name: string | null, experiment: string): Problem[] {
  if (dataset === null) return [];
  const where = `data.dataset of @Experiment on ${experiment}`;
  const problem = datasetProblem(dataset);
  return [
    ...(problem === null ? [] : [{ where, what: problem }]),
    ...(name === null ? [] : [{ where, what: `conflicts with data.name '${name}'; give only one of them` }]),
  ];
}

/** Returns the problems of batches in an experiment's code. */
export function batchesProblems(
  batches: object | null,
  ofImages: Omit<DataValues, 'batches'>,
  experiment: string,
): Problem[] {
  if (batches === null) return [];
  const where = `data.batches of @Experiment on ${experiment}`;
  const problem = batchesProblem(batches);
  const beside = Object.entries(ofImages).filter(([, value]) => value !== null);
  return [
    ...(problem === null ? [] : [{ where, what: problem }]),
    ...beside.map(([name]) => ({
      where,
      what: `conflicts with data.${name}, which is for images; give only one of them`,
    })),
  ];
}

/** Data options that apply to an experiment's own batches. */
const ofBatches: readonly string[] = ['path', 'batchSize', 'shuffle', 'dropLast'].map(
  (name) => `data.${name}`,
);

/** Reports options for images, which would be silently ignored. */
export function meaninglessToBatches(
  batches: object,
  values: OptionValues,
  initial: OptionValues,
): Problem[] {
  const name = isBatchesDeclaration(batches) ? batches.name : '';
  return [...values]
    .filter(
      ([path, value]) => path.startsWith('data.') && !ofBatches.includes(path) && value !== initial.get(path),
    )
    .map(([path]) => ({
      where: path,
      what:
        path === 'data.name'
          ? `cannot replace the experiment's own batches, ${name}`
          : `means nothing to the experiment's own batches, ${name}`,
    }));
}

/** Options that do not apply to certain data sets, and why. */
const unread: readonly (readonly [option: string, names: readonly string[], why: string])[] = [
  ['data.path', ['digits'], 'which is not in a folder; name what is there, such as --data.name folder'],
  ['data.url', datasetNames.filter((name) => !name.startsWith('cifar')), 'which is not downloaded'],
  ['data.grayRange', ['digits'], 'whose images have 8 bits'],
];

/** Reports given options that do not apply to the data set. */
export function meaninglessToDataset(
  name: string,
  values: OptionValues,
  given: ReadonlySet<string>,
): Problem[] {
  return unread
    .filter(
      ([option, names]) => names.includes(name) && given.has(option) && (values.get(option) ?? null) !== null,
    )
    .map(([option, , why]) => ({ where: option, what: `does not apply to the data set ${name}, ${why}` }));
}

/** Formats a data set or batches for `--help`: `photoList {"csv":"photos.csv"}`. */
export function declared({
  name,
  spec: { options },
}: {
  readonly name: string;
  readonly spec: { readonly options: Json };
}): string {
  return `${name} ${valueText(options)}`;
}
