import { z } from 'zod';
import type { Json, LogOptions, LoggedValue, Measurement } from '../../contracts';
import { FulgurError } from '../../errors';
import { namedValues } from '../../system';
import { MetricNames, loggedTwice, recordedName, sameLogOptions } from './log-rules';
import { accumulate, reduced } from './metric-reduction';
import type { MetricPart } from './metric-reduction';

type Values = Readonly<Record<string, number>>;

/** The position of a fit: the updates done and the current epoch. */
export type Moment = Pick<Measurement, 'step' | 'epoch'>;

/**
 * Logged metrics: the newest values and the running reductions of the current epoch.
 *
 * A name recorded per step and per epoch appears as `name_step` and `name_epoch`, as in Lightning, and its newest value
 * also under the plain name, so that `monitor` may use any of the three.
 */
export class MetricStore {
  readonly #entries = new Map<string, MetricEntry>();
  /** The names of the metrics of a fit and of its evaluations. */
  readonly names: MetricNames;
  readonly #newest: Map<string, MetricValue>;
  readonly #now: () => Moment;
  readonly #isEvaluation: boolean;
  #stepRow = new Map<string, number>();
  #epochRow = new Map<string, number>();

  /**
   * @param now returns the position at which a value is recorded.
   * @param training the store of the fit to which an evaluation belongs: they share the newest values, except in a
   *   trial, which leaves nothing behind.
   */
  constructor(
    now: () => Moment = () => ({ step: 0, epoch: 0 }),
    training: MetricStore | null = null,
    isTrial = false,
  ) {
    this.#now = now;
    this.names = training?.names ?? new MetricNames();
    this.#newest = training === null || isTrial ? new Map<string, MetricValue>() : training.#newest;
    this.#isEvaluation = training !== null;
  }

  /** Returns a store with reductions of its own for an evaluation; it shares the newest values with this store. */
  forEvaluation(): MetricStore {
    return new MetricStore(this.#now, this);
  }

  /** Returns a store for an evaluation whose values are discarded. */
  forTrial(): MetricStore {
    return new MetricStore(this.#now, this, true);
  }

  /** Starts a batch: values of the previous batch are no longer published. */
  startBatch(): void {
    this.#stepRow = new Map();
  }

  /** Records a value for the step and the current epoch, with the given `weight` in means over the epoch. */
  record({ name, value, options }: LoggedValue<number>, weight: number): void {
    const entry = this.#entryOf(name, options);
    if (options.onEpoch) entry.running = accumulate(entry.running, options.reduce, value, weight);
    if (options.onStep) this.#show(name, options, 'step', value);
  }

  /** Records a value that applies to a whole epoch, at its end. */
  recordEpoch({ name, value, options }: LoggedValue<number>): void {
    this.#entryOf(name, options);
    this.#show(name, options, 'epoch', value);
  }

  /** Returns the epoch's running reductions, which ranks then combine. */
  parts(): MetricPart[] {
    return [...this.#entries].flatMap(([name, { options, running }]) =>
      running === null ? [] : [{ name, reduce: options.reduce, options, ...running }],
    );
  }

  /**
   * Returns the epoch's values from its reductions; `restart` starts those of the next epoch. A metric that was logged
   * only by other ranks, because this one had no batch, is also recorded here: the newest values are the same on all
   * ranks.
   */
  reduceEpoch(parts: readonly MetricPart[], { restart }: { restart: boolean }): void {
    for (const part of parts) {
      const entry = this.#entries.get(part.name) ?? this.#entryOf(part.name, part.options);
      this.#show(part.name, entry.options, 'epoch', reduced(part));
      if (restart) entry.running = null;
    }
  }

  /** Takes the values that this step logged for the loggers and that have not been taken yet. */
  takeStepRow(): Values {
    const row = namedValues(this.#stepRow);
    this.#stepRow = new Map();
    return row;
  }

  /** Takes the values that this epoch logged for the loggers and that have not been taken yet. */
  takeEpochRow(): Values {
    const row = namedValues(this.#epochRow);
    this.#epochRow = new Map();
    return row;
  }

  /** Returns the newest value of every metric. */
  newest(): Values {
    return namedValues([...this.#newest].map(([name, { value }]) => [name, value] as const));
  }

  /** Returns the newest values of the metrics measured in an epoch. */
  ofEpoch(epoch: number): Values {
    const measured = [...this.#newest].filter(([, newest]) => newest.epoch === epoch);
    return Object.fromEntries(measured.map(([name, { value }]) => [name, value]));
  }

  /** Returns the newest measurement of a metric; if `since` is given, only one with a later serial number. */
  measured(name: string, since = 0): Measurement | undefined {
    const newest = this.#newest.get(name);
    if (newest === undefined || newest.serial <= since) return undefined;
    const { value, step, epoch, serial, source } = newest;
    return { value, step, epoch, serial, source };
  }

  /** Returns the newest values that were logged with `progBar`. */
  progressBar(): Values {
    const shown = [...this.#newest].filter(([, { progBar }]) => progBar);
    return namedValues(shown.map(([name, { value }]) => [name, value] as const));
  }

  state(): Json {
    return writeMetricState(this.#entries, this.#newest);
  }

  restore(state: Json): void {
    const { entries, newest } = readMetricState(state);
    this.#entries.clear();
    this.#newest.clear();
    for (const [name, entry] of entries) this.#entries.set(name, entry);
    for (const [name, value] of newest) this.#newest.set(name, value);
  }

  #entryOf(name: string, options: Required<LogOptions>): MetricEntry {
    const known = this.#entries.get(name);
    if (known !== undefined) {
      if (!sameLogOptions(known.options, options)) throw loggedTwice(name);
      return known;
    }
    const entry: MetricEntry = { options, running: null };
    this.#entries.set(name, entry);
    return entry;
  }

  #show(name: string, options: Required<LogOptions>, kind: 'step' | 'epoch', value: number): void {
    const { logger, progBar } = options;
    const shown = recordedName(name, options, kind);
    if (shown !== name) this.#measure(name, kind, value, false);
    this.#measure(shown, kind, value, progBar);
    if (logger) (kind === 'step' ? this.#stepRow : this.#epochRow).set(shown, value);
  }

  #measure(name: string, kind: 'step' | 'epoch', value: number, progBar: boolean): void {
    const serial = (this.#newest.get(name)?.serial ?? 0) + 1;
    const source = this.#isEvaluation ? 'evaluation' : kind;
    this.#newest.set(name, { value, progBar, ...this.#now(), serial, source });
  }
}

/** How a name is recorded, with the running reduction of the current epoch (`null` before the first value). */
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

// A metric may be NaN or infinite, which z.number() rejects.
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
      // Older checkpoints do not contain these fields.
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
      what: "The checkpoint's metrics have another format than this version of Fulgur writes.",
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
