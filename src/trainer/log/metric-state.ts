import { z } from 'zod';
import type { Json, LogOptions, Measurement } from '../../contracts';
import { FulgurError } from '../../errors';
import type { MetricPart } from './reduction';

/** How a name is recorded, and the running reduction of the epoch at hand (`null` where there is none). */
export interface MetricEntry {
  readonly options: Required<LogOptions>;
  running: Pick<MetricPart, 'total' | 'weight'> | null;
}

export interface MetricValue extends Measurement {
  readonly progBar: boolean;
}

export interface MetricState {
  readonly entries: ReadonlyMap<string, MetricEntry>;
  readonly newest: ReadonlyMap<string, MetricValue>;
}

// A metric may well be NaN or infinite, which z.number() is not.
const number = z.custom<number>((value) => typeof value === 'number');
const schema = z.object({
  entries: z.array(
    z.object({
      name: z.string(),
      options: z.object({
        onStep: z.boolean(),
        onEpoch: z.boolean(),
        progBar: z.boolean(),
        logger: z.boolean(),
        reduce: z.enum(['mean', 'min', 'max', 'sum']),
      }),
      running: z.object({ total: number, weight: number }).nullable(),
    }),
  ),
  newest: z.array(
    z.object({
      name: z.string(),
      value: number,
      progBar: z.boolean(),
      // Older checkpoints do not say when.
      step: z.int().default(-1),
      epoch: z.int().default(-1),
      serial: z.int().default(1),
      source: z.enum(['step', 'epoch', 'evaluation']).default('epoch'),
    }),
  ),
});

export function writeMetricState(entries: MetricState['entries'], newest: MetricState['newest']): Json {
  return {
    entries: [...entries].map(([name, { options, running }]) => ({
      name,
      options: { ...options },
      running: running === null ? null : { ...running },
    })),
    newest: [...newest].map(([name, measured]) => ({ name, ...measured })),
  };
}

/** @throws FulgurError `checkpoint` when the state was not written by `writeMetricState`. */
export function readMetricState(state: Json): MetricState {
  const parsed = schema.safeParse(state);
  if (!parsed.success) {
    throw new FulgurError('checkpoint', {
      what: "The checkpoint's metrics are not what this version of Fulgur writes.",
      fix: 'Resume with the version that wrote the checkpoint.',
      cause: parsed.error,
    });
  }
  const { entries, newest } = parsed.data;
  return {
    entries: new Map(entries.map(({ name, options, running }) => [name, { options, running }])),
    newest: new Map(newest.map(({ name, ...measured }) => [name, measured])),
  };
}
