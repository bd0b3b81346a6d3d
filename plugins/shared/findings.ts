import { parseJson, writeWhole } from '../../src';
import type { Json, ModelAccess } from '../../src';
import { textOf } from './appended-file';
import { jsonLine } from './json-lines';

/** What a plugin found out about the model at some update. */
export interface TimedRecord {
  /** Updates done before it. */
  readonly globalStep: number;
  readonly [fact: string]: Json;
}

/**
 * Puts a record at the end of a file of one JSON object a line. Records of the same update or later ones are those of
 * a killed run that this one repeats, and go; so does a half-written line.
 *
 * @throws FulgurError naming the file, which is then as it was.
 */
export async function appendRecord(path: string, record: TimedRecord): Promise<void> {
  const earlier = recordsIn((await textOf(path)) ?? '').filter((old) => old.globalStep < record.globalStep);
  await writeWhole(path, Buffer.from([...earlier, record].map(jsonLine).join('')));
}

/** When a plugin looks at the model, and where it keeps what it finds. */
export interface Look {
  readonly path: string;
  readonly model: ModelAccess;
  /** What the record begins with: the epoch, as the plugin counts it. */
  readonly at: Readonly<Record<string, number>>;
  /** Updates done before it. */
  readonly globalStep: number;
}

/**
 * Takes a finding about the model, and puts it at the end of a file as `appendRecord` does: with when that was, of which
 * weights, and the seconds that it took.
 *
 * @throws FulgurError naming the file, which is then as it was.
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

/** When something was found out about the model. */
export function afterEpochs(epochsTrained: number): string {
  if (epochsTrained === 0) return 'before training';
  return `after ${epochsTrained} epoch${epochsTrained === 1 ? '' : 's'}`;
}
