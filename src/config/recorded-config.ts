import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../contracts';
import type { Problem } from './problems';

const HYPERPARAMETERS = 'hyperparameters.';

/** A run's own record has hyperparameters under a heading; as options they have none. */
export function optionPathInFile(path: string): string {
  return path.startsWith(HYPERPARAMETERS) ? path.slice(HYPERPARAMETERS.length) : path;
}

/** The view transforms of an experiment; only its code can give them. */
export interface Transforms {
  readonly transform: object | null;
  readonly evaluationTransform: object | null;
}

/** What a run's record tells and only the experiment's code can set. */
export function recordedFacts(
  name: string,
  { transform, evaluationTransform }: Transforms,
): ReadonlyMap<string, Json> {
  return new Map<string, Json>([
    ['name', name],
    ['data.transform', transformJson(transform)],
    ['data.evaluationTransform', transformJson(evaluationTransform)],
  ]);
}

/** Whether an entry of a file is such a fact; one that differs from the code's is a problem. */
export function takeFact(
  { path, where, value }: { readonly path: string; readonly where: string; readonly value: unknown },
  facts: ReadonlyMap<string, Json>,
  problems: Problem[],
): boolean {
  const expected = facts.get(path);
  if (expected === undefined) return false;
  if (!isDeepStrictEqual(value, expected)) {
    const ours = typeof expected === 'string' ? `'${expected}'` : JSON.stringify(expected);
    problems.push({ where, what: `is ${ours} in the experiment's file, and can only be changed there` });
  }
  return true;
}

/** A view transform by its name and options. */
export function transformJson(transform: object | null): Json {
  const spec = (transform as { spec?: { export: string; options: Json } } | null)?.spec;
  return spec === undefined ? null : { [spec.export]: spec.options };
}
