import { isDeepStrictEqual } from 'node:util';
import { jsonText, parseJson } from '../contracts';
import type { Command, Json, OptionEffect, Recalled, RunOrigin } from '../contracts';
import { hidden, redactedData } from '../system';
import { flattenConfig } from './config-tree';
import { effectOf, holdsForEvaluations } from './option';
import { optionPathInFile } from './recorded-config';

/** An option that has another value than a checkpoint's run had. */
export interface OptionChange {
  readonly path: string;
  readonly effect: OptionEffect;
  /** `undefined` for what was not there. */
  readonly before: Json | undefined;
  readonly now: Json | undefined;
}

/** A value that a run takes over from its checkpoint. */
export interface RecordedValue {
  readonly path: string;
  readonly where: string;
  readonly value: unknown;
}

/** Options by path, as plain data. */
export type OptionValues = ReadonlyMap<string, unknown>;

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
  command: Command,
  own: OwnValues,
): RecordedValue[] {
  if (origin === null) return [];
  return [...recordedValues(origin.config)].flatMap(([path, value]) => {
    const effect = effectOf(path);
    // A hyperparameter is never null: it was infinite, in a record of an older version.
    const isLost = effect === 'hyperparameter' && value === null;
    if (!own.initial.has(path) || effect === 'own' || isLost || isSecret(value)) return [];
    // A default may be what no option could be given, such as infinity.
    if (isDeepStrictEqual(value, asJson(own.declared.get(path) ?? own.initial.get(path)))) return [];
    const taken = command === 'fit' ? !isEdited(path, value, origin, own) : holdsForEvaluations(path);
    return taken ? [{ path, where: `${path} as recorded in ${checkpoint}`, value }] : [];
  });
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
