import { parseJson, writeWhole } from '../../src';
import type { Json, ModelAccess } from '../../src';
import { textOf } from './appended-file';
import { jsonLine } from './json-lines';

/** What a plugin measured on the model at an update. */
export interface TimedRecord {
  /** Number of updates done before it. */
  readonly globalStep: number;
  readonly [fact: string]: Json;
}

/**
 * Appends a record to a file with one JSON object per line. Records of the same or later updates come from a killed run
 * that this one repeats, and are removed, as is a half-written line.
 *
 * @throws FulgurError naming the file, which is then unchanged.
 */
export async function appendRecord(path: string, record: TimedRecord): Promise<void> {
  const earlier = recordsIn((await textOf(path)) ?? '').filter((old) => old.globalStep < record.globalStep);
  await writeWhole(path, Buffer.from([...earlier, record].map(jsonLine).join('')));
}

/** When a plugin measures the model, and where it keeps its results. */
export interface Look {
  readonly path: string;
  readonly model: ModelAccess;
  /** The first entries of the record: the epoch, as the plugin counts it. */
  readonly at: Readonly<Record<string, number>>;
  /** Number of updates done before it. */
  readonly globalStep: number;
}

/**
 * Measures the model and appends the result to a file as `appendRecord` does, with the time, the weights used, and the
 * seconds that it took.
 *
 * @throws FulgurError naming the file, which is then unchanged.
 */
export async function recordFinding<Finding extends { readonly [Fact in keyof Finding]: Json }>(
  { path, model, at, globalStep }: Look,
  find: () => Promise<Finding>,
): Promise<{ finding: Finding; seconds: number }> {
  const startedAt = performance.now();
  const finding = await find();
  const seconds = (performance.now() - startedAt) / 1000;
  const weights = model.evaluatedWeights();
  await appendRecord(path, {
    ...at,
    globalStep,
    weights,
    ...(finding as Readonly<Record<string, Json>>),
    seconds: Number(seconds.toFixed(2)),
  });
  return { finding, seconds };
}

function recordsIn(text: string): TimedRecord[] {
  return text.split('\n').flatMap((line): TimedRecord[] => {
    try {
      return [parseJson(line) as TimedRecord];
    } catch {
      return [];
    }
  });
}

/** Describes when the model was measured. */
export function afterEpochs(epochsTrained: number): string {
  if (epochsTrained === 0) return 'before training';
  return `after ${epochsTrained} epoch${epochsTrained === 1 ? '' : 's'}`;
}
