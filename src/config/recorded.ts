import { isDeepStrictEqual } from 'node:util';
import { jsonText, parseJson } from '../contracts';
import type { Json, OptionEffect, Recalled, RunOrigin } from '../contracts';
import { hidden, redactedData } from '../system';
import { effectOf } from './option';
import type { Problem } from './problems';

/** Options by path: `trainer.maxEpochs` → 10. */
export type OptionValues = ReadonlyMap<string, unknown>;

/** Options by path of a tree of sections; what lies deeper stays whole. */
export function flattenConfig(tree: Readonly<Record<string, unknown>>): Map<string, unknown> {
  const isSection = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const leaves = Object.entries(tree).flatMap(([name, value]): [string, unknown][] =>
    isSection(value)
      ? Object.entries(value).map(([inner, leaf]) => [`${name}.${inner}`, leaf])
      : [[name, value]],
  );
  return new Map(leaves.filter(([, value]) => value !== undefined));
}

const HYPERPARAMETERS = 'hyperparameters.';

/** A run's own record has hyperparameters under a heading; as options they have none. */
export function optionPathInFile(path: string): string {
  return path.startsWith(HYPERPARAMETERS) ? path.slice(HYPERPARAMETERS.length) : path;
}

/** The parts of an experiment's data that only its code can give: a data set or batches as a value, and view transforms. */
export interface DataValues {
  readonly dataset: object | null;
  readonly batches: object | null;
  readonly transform: object | null;
  readonly evaluationTransform: object | null;
}

/** What a record tells of a spec. */
interface RecordedSpec {
  readonly export: string;
  readonly options: Json;
  /** What stands in the record in place of the options. */
  readonly recorded?: Json;
}

/** Each of them by its name and options; wherever the file lies that exports it. */
export function dataValuesJson(values: DataValues): Record<keyof DataValues, Json> {
  const json = (value: object | null): Json => {
    const spec = (value as { spec?: RecordedSpec } | null)?.spec;
    return spec === undefined ? null : { [spec.export]: spec.recorded ?? spec.options };
  };
  const { dataset, batches, transform, evaluationTransform } = values;
  return {
    dataset: json(dataset),
    batches: json(batches),
    transform: json(transform),
    evaluationTransform: json(evaluationTransform),
  };
}

/** What a run's record tells and only the experiment's code can set. */
export function recordedFacts(name: string, values: DataValues): ReadonlyMap<string, Json> {
  const ofData = Object.entries(dataValuesJson(values));
  return new Map<string, Json>([
    ['name', name],
    ...ofData.map(([part, json]): [string, Json] => [`data.${part}`, json]),
  ]);
}

/** Whether an entry of a file is such a fact; one that differs from the code's is a problem. */
export function takeFact(
  { path, where, value }: GivenValue,
  facts: ReadonlyMap<string, Json>,
  problems: Problem[],
): boolean {
  const expected = facts.get(path);
  if (expected === undefined) return false;
  // A run that took a named data set in the place of the code's recorded none.
  if (path === 'data.dataset' && value === null) return true;
  if (!isDeepStrictEqual(value, expected)) {
    const ours = typeof expected === 'string' ? `'${expected}'` : JSON.stringify(expected);
    problems.push({ where, what: `is ${ours} in the experiment's file, and can only be changed there` });
  }
  return true;
}

/** An option that has another value than a checkpoint's run had. */
export interface OptionChange {
  readonly path: string;
  readonly effect: OptionEffect;
  /** `undefined` for what was not there. */
  readonly before: Json | undefined;
  readonly now: Json | undefined;
}

/** A value somewhere on its way into the configuration. */
export interface GivenValue {
  readonly path: string;
  readonly where: string;
  readonly value: unknown;
}

/** A recorded configuration by option path. */
function recordedValues(config: Json): Map<string, Json> {
  const flat = flattenConfig(config as Readonly<Record<string, unknown>>);
  return new Map([...flat].map(([path, value]) => [optionPathInFile(path), value as Json]));
}

/** What the experiment's file and the options of this version say, without any checkpoint. */
export interface OwnValues {
  /** What the file declares now. */
  readonly declared: OptionValues;
  /** Every option with the value that it has where nothing is said. */
  readonly initial: OptionValues;
}

/**
 * What a command takes over from the checkpoint that it starts from. A fit takes all but what the experiment's file said
 * then and says otherwise now: that is a change like one on the command line. An evaluation takes what the model and its
 * data depend on.
 */
export function takenOver(
  { origin, path: checkpoint }: Recalled,
  trains: boolean,
  own: OwnValues,
): GivenValue[] {
  if (origin === null) return [];
  return [...recordedValues(origin.config)].flatMap(([path, value]) => {
    const effect = effectOf(path);
    // A hyperparameter is never null: it was infinite, in a record of an older version. No name says nothing of the data.
    const isLost = value === null && (effect === 'hyperparameter' || path === 'data.name');
    if (!own.initial.has(path) || effect === 'own' || isLost || isSecret(value)) return [];
    // A default may be what no option could be given, such as infinity.
    if (isDeepStrictEqual(value, asJson(own.declared.get(path) ?? own.initial.get(path)))) return [];
    const taken = trains ? !isEdited(path, value, origin, own) : isOfTheModel(effect);
    return taken ? [{ path, where: `${path} as recorded in ${checkpoint}`, value }] : [];
  });
}

/** Whether the model or its data depend on an option; how much to look at is each evaluation's own. */
function isOfTheModel(effect: OptionEffect): boolean {
  return ['position', 'numbers', 'hyperparameter', 'source'].includes(effect);
}

/** Whether an option's value came from the experiment's file, and that has another one now. */
function isEdited(path: string, value: Json, origin: RunOrigin, { declared, initial }: OwnValues): boolean {
  const then = Object.hasOwn(origin.declared, path) ? origin.declared[path] : undefined;
  if (isDeepStrictEqual(then, asJson(declared.get(path)))) return false;
  return isDeepStrictEqual(value, then ?? asJson(initial.get(path)));
}

/** Options that differ between two configurations as they are recorded; what either does not know is left out. */
export function changedOptions(before: Json, now: Json): OptionChange[] {
  const recorded = recordedValues(before);
  return [...recordedValues(now)].flatMap(([path, value]) => {
    const effect = effectOf(path);
    const old = recorded.get(path);
    if (effect === 'own' || old === undefined || isDeepStrictEqual(old, value)) return [];
    return [{ path, effect, ...differingParts(old, value) }];
  });
}

/** Of two values that differ, what differs in them: options of a transform that are the same on both sides are left out. */
function differingParts(before: Json, now: Json): Pick<OptionChange, 'before' | 'now'> {
  if (!isRecord(before) || !isRecord(now)) return { before, now };
  const [old, current]: [Record<string, Json>, Record<string, Json>] = [{}, {}];
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (isDeepStrictEqual(before[name], now[name])) continue;
    const [oldPart, part] = [before[name], now[name]];
    const parts =
      oldPart === undefined || part === undefined
        ? { before: oldPart, now: part }
        : differingParts(oldPart, part);
    if (parts.before !== undefined) old[name] = parts.before;
    if (parts.now !== undefined) current[name] = parts.now;
  }
  return { before: old, now: current };
}

function isRecord(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as it is after it was written and read; a record holds no secrets. */
export function asJson(value: unknown): Json | undefined {
  return value === undefined ? undefined : redactedData(parseJson(jsonText(value)));
}

/** Whether a record keeps a value back. */
function isSecret(value: Json): boolean {
  return typeof value === 'string' && value.includes(hidden);
}
