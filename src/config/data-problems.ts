import { batchesProblem, datasetNames, datasetProblem, isBatchesDeclaration } from '../contracts';
import type { Json } from '../contracts';
import { valueText } from '../errors';
import type { Problem } from './problems';
import type { DataValues, OptionValues } from './recorded';

/** What is wrong with a data set in an experiment's code. */
export function datasetProblems(dataset: object | null, name: string | null, experiment: string): Problem[] {
  if (dataset === null) return [];
  const where = `data.dataset of @Experiment on ${experiment}`;
  const problem = datasetProblem(dataset);
  return [
    ...(problem === null ? [] : [{ where, what: problem }]),
    ...(name === null ? [] : [{ where, what: `stands beside data.name '${name}'; give one of them` }]),
  ];
}

/** What is wrong with batches in an experiment's code. */
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
      what: `stands beside data.${name}, which is for images; give one of them`,
    })),
  ];
}

/** Options of the data that reach batches of one's own. */
const ofBatches: readonly string[] = ['path', 'batchSize', 'shuffle', 'dropLast'].map(
  (name) => `data.${name}`,
);

/** What is set for images, and would be passed over in silence. */
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

/** Data sets that an option of their source says nothing to, and why. */
const unread: readonly (readonly [option: string, names: readonly string[], why: string])[] = [
  ['data.path', ['digits'], 'which lies in no folder; say what lies there, as by --data.name folder'],
  ['data.url', datasetNames.filter((name) => !name.startsWith('cifar')), 'which is not downloaded'],
  ['data.grayRange', ['digits'], 'whose images have 8 bits'],
];

/** What is given for a data set that does not look at it. */
export function meaninglessToDataset(
  name: string,
  values: OptionValues,
  given: ReadonlySet<string>,
): Problem[] {
  return unread
    .filter(
      ([option, names]) => names.includes(name) && given.has(option) && (values.get(option) ?? null) !== null,
    )
    .map(([option, , why]) => ({ where: option, what: `means nothing to the data set ${name}, ${why}` }));
}

/** A data set or batches as `--help` shows them: `photoList {"csv":"photos.csv"}`. */
export function declared({
  name,
  spec: { options },
}: {
  readonly name: string;
  readonly spec: { readonly options: Json };
}): string {
  return `${name} ${valueText(options)}`;
}
