import { z } from 'zod';
import type { Json, LogOptions, LoggedValue, Measurement } from '../../contracts';
import { FulgurError } from '../../errors';
import { namedValues } from '../../system';
import { MetricNames, loggedTwice, recordedName, sameLogOptions } from './log-rules';
import { accumulate, reduced } from './metric-reduction';
import type { MetricPart } from './metric-reduction';

type Values = Readonly<Record<string, number>>;

/** Where a fit stands: updates done, and the current epoch. */
export type Moment = Pick<Measurement, 'step' | 'epoch'>;

/**
 * What was logged: the newest values, and the running reductions of the current epoch.
 *
 * A name recorded per step and per epoch appears as `name_step` and `name_epoch`, as in Lightning, and its newest
 * value under the plain name as well, so that `monitor` may say any of them.
 */
export class MetricStore {
  readonly #entries = new Map<string, MetricEntry>();
  /** Those of a fit and of its evaluations. */
  readonly names: MetricNames;
  readonly #newest: Map<string, MetricValue>;
  readonly #now: () => Moment;
  readonly #isEvaluation: boolean;
  #stepRow = new Map<string, number>();
  #epochRow = new Map<string, number>();

  /**
   * @param now the moment of what is recorded.
   * @param training the store of the fit that an evaluation belongs to: their newest values stand together, unless it is
   *   a trial, which leaves nothing behind.
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

  /** A store of an evaluation's own reductions, whose values are among the newest of this one. */
  forEvaluation(): MetricStore {
    return new MetricStore(this.#now, this);
  }

  /** The same for one whose values are forgotten. */
  forTrial(): MetricStore {
    return new MetricStore(this.#now, this, true);
  }

  /** Values of the batch before are no longer due for a row. */
  startBatch(): void {
    this.#stepRow = new Map();
  }

  /** Records a value for the step and the current epoch; epoch means count it `weight` times. */
  record({ name, value, options }: LoggedValue<number>, weight: number): void {
    const entry = this.#entryOf(name, options);
    if (options.onEpoch) entry.running = accumulate(entry.running, options.reduce, value, weight);
    if (options.onStep) this.#show(name, options, 'step', value);
  }

  /** Records a value that stands for a whole epoch, at its end. */
  recordEpoch({ name, value, options }: LoggedValue<number>): void {
    this.#entryOf(name, options);
    this.#show(name, options, 'epoch', value);
  }

  /** The epoch's running reductions, for ranks to combine. */
  parts(): MetricPart[] {
    return [...this.#entries].flatMap(([name, { options, running }]) =>
      running === null ? [] : [{ name, reduce: options.reduce, options, ...running }],
    );
  }

  /**
   * The epoch's values from its reductions; `restart` begins the next epoch's. What only other ranks logged, as this one
   * had no batch, is taken over: the newest values are the same everywhere.
   */
  reduceEpoch(parts: readonly MetricPart[], { restart }: { restart: boolean }): void {
    for (const part of parts) {
      const entry = this.#entries.get(part.name) ?? this.#entryOf(part.name, part.options);
      this.#show(part.name, entry.options, 'epoch', reduced(part));
      if (restart) entry.running = null;
    }
  }

  /** What this step logged for the loggers and was not taken yet. */
  takeStepRow(): Values {
    const row = namedValues(this.#stepRow);
    this.#stepRow = new Map();
    return row;
  }

  /** What this epoch logged for the loggers and was not taken yet. */
  takeEpochRow(): Values {
    const row = namedValues(this.#epochRow);
    this.#epochRow = new Map();
    return row;
  }

  /** The newest value of every metric. */
  newest(): Values {
    return namedValues([...this.#newest].map(([name, { value }]) => [name, value] as const));
  }

  /** The newest values that were measured in an epoch. */
  ofEpoch(epoch: number): Values {
    const measured = [...this.#newest].filter(([, newest]) => newest.epoch === epoch);
    return Object.fromEntries(measured.map(([name, { value }]) => [name, value]));
  }

  /** The newest measurement of a metric; where `since` is given, only one of a later serial. */
  measured(name: string, since = 0): Measurement | undefined {
    const newest = this.#newest.get(name);
    if (newest === undefined || newest.serial <= since) return undefined;
    const { value, step, epoch, serial, source } = newest;
    return { value, step, epoch, serial, source };
  }

  /** The newest values that ask to be seen. */
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

/** How a name is recorded, and the running reduction of the current epoch (`null` where there is none). */
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
