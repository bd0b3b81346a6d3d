import { isDeepStrictEqual } from 'node:util';
import { jsonText, parseJson } from '../contracts';
import type { Json, OptionEffect, Recalled, RunOrigin } from '../contracts';
import { hidden, redactedData } from '../system';
import { effectOf } from './option';
import type { Problem } from './problems';

/** Options by path: `trainer.maxEpochs` → 10. */
export type OptionValues = ReadonlyMap<string, unknown>;

/** Flattens a tree of sections to options by path; deeper values stay whole. */
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

/**
 * Returns the option path of a name in a file. A run's record has hyperparameters in a section; as options, they have
 * none.
 */
export function optionPathInFile(path: string): string {
  return path.startsWith(HYPERPARAMETERS) ? path.slice(HYPERPARAMETERS.length) : path;
}

/** The parts of an experiment's data that can only be set in code: a data set or batches as a value, and view transforms. */
export interface DataValues {
  readonly dataset: object | null;
  readonly batches: object | null;
  readonly transform: object | null;
  readonly evaluationTransform: object | null;
}

/** The recorded part of a spec. */
interface RecordedSpec {
  readonly export: string;
  readonly options: Json;
  /** What is recorded instead of the options. */
  readonly recorded?: Json;
}

/** Returns each value as its name and options, independent of the file that exports it. */
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

/** Returns the facts in a run's record that only the experiment's code can set. */
export function recordedFacts(name: string, values: DataValues): ReadonlyMap<string, Json> {
  const ofData = Object.entries(dataValuesJson(values));
  return new Map<string, Json>([
    ['name', name],
    ...ofData.map(([part, json]): [string, Json] => [`data.${part}`, json]),
  ]);
}

/** Whether an entry of a file is such a fact. One that differs from the code's is added to the problems. */
export function takeFact(
  { path, where, value }: GivenValue,
  facts: ReadonlyMap<string, Json>,
  problems: Problem[],
): boolean {
  const expected = facts.get(path);
  if (expected === undefined) return false;
  // A run that used a named data set instead of the code's recorded `null` here.
  if (path === 'data.dataset' && value === null) return true;
  if (!isDeepStrictEqual(value, expected)) {
    const ours = typeof expected === 'string' ? `'${expected}'` : JSON.stringify(expected);
    problems.push({ where, what: `is ${ours} in the experiment's file, and can only be changed there` });
  }
  return true;
}

/** An option whose value differs from that of a checkpoint's run. */
export interface OptionChange {
  readonly path: string;
  readonly effect: OptionEffect;
  /** `undefined` for what was absent. */
  readonly before: Json | undefined;
  readonly now: Json | undefined;
}

/** A value to be set in the configuration, and where it comes from. */
export interface GivenValue {
  readonly path: string;
  readonly where: string;
  readonly value: unknown;
}

/** Returns a recorded configuration by option path. */
function recordedValues(config: Json): Map<string, Json> {
  const flat = flattenConfig(config as Readonly<Record<string, unknown>>);
  return new Map([...flat].map(([path, value]) => [optionPathInFile(path), value as Json]));
}

/** The values that the experiment's file and this version's defaults give, without any checkpoint. */
export interface OwnValues {
  /** What the file declares now. */
  readonly declared: OptionValues;
  /** The default of every option. */
  readonly initial: OptionValues;
}

/**
 * Returns the values that a command takes over from its checkpoint. A fit takes all of them, except those that the
 * experiment's file has changed since: that counts as a change like one on the command line. An evaluation takes those
 * that affect the model and its data.
 */
export function takenOver(
  { origin, path: checkpoint }: Recalled,
  trains: boolean,
  own: OwnValues,
): GivenValue[] {
  if (origin === null) return [];
  return [...recordedValues(origin.config)].flatMap(([path, value]) => {
    const effect = effectOf(path);
    // A hyperparameter is never null: in a record of an older version, it was infinite. A null name says nothing about
    // the data.
    const isLost = value === null && (effect === 'hyperparameter' || path === 'data.name');
    if (!own.initial.has(path) || effect === 'own' || isLost || isSecret(value)) return [];
    // A default may be a value that the option does not accept, such as infinity.
    if (isDeepStrictEqual(value, asJson(own.declared.get(path) ?? own.initial.get(path)))) return [];
    const taken = trains ? !isEdited(path, value, origin, own) : isOfTheModel(effect);
    return taken ? [{ path, where: `${path} as recorded in ${checkpoint}`, value }] : [];
  });
}

/** Whether the model or its data depends on an option. How much data to evaluate is up to each evaluation. */
function isOfTheModel(effect: OptionEffect): boolean {
  return ['position', 'numbers', 'hyperparameter', 'source'].includes(effect);
}

/** Whether an option's value came from the experiment's file, which now has a different one. */
function isEdited(path: string, value: Json, origin: RunOrigin, { declared, initial }: OwnValues): boolean {
  const then = Object.hasOwn(origin.declared, path) ? origin.declared[path] : undefined;
  if (isDeepStrictEqual(then, asJson(declared.get(path)))) return false;
  return isDeepStrictEqual(value, then ?? asJson(initial.get(path)));
}

/** Returns the options that differ between two recorded configurations; options missing from either are left out. */
export function changedOptions(before: Json, now: Json): OptionChange[] {
  const recorded = recordedValues(before);
  return [...recordedValues(now)].flatMap(([path, value]) => {
    const effect = effectOf(path);
    const old = recorded.get(path);
    if (effect === 'own' || old === undefined || isDeepStrictEqual(old, value)) return [];
    return [{ path, effect, ...differingParts(old, value) }];
  });
}

/**
 * Reduces two different values to the parts that differ: options of a transform that are equal on both sides are left
 * out.
 */
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

/** Returns a value as it is after being written and read; a record contains no secrets. */
export function asJson(value: unknown): Json | undefined {
  return value === undefined ? undefined : redactedData(parseJson(jsonText(value)));
}

/** Whether a recorded value was redacted. */
function isSecret(value: Json): boolean {
  return typeof value === 'string' && value.includes(hidden);
}
