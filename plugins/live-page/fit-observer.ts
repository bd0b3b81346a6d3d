import { redacted } from '../../src';
import type {
  BatchResult,
  FitProgress,
  LiveMessage,
  LiveProgress,
  LoggedImage,
  MetricRow,
  OptimizersAccess,
  RunEventSource,
  RunInfo,
} from '../../src';
import { Pace } from './pace';
import { RunHistory } from './run-history';
import type { PageValue, ToThread } from './thread-messages';

/** Milliseconds between two updates: everything in between is passed on together. */
const passEveryMs = 250;
/** Maximum size of a picture, larger than any that a page shows. */
const mostImageBytes = 1 << 24;
const mostRates = 8;

type Metrics = Readonly<Record<string, number>>;

/** Changes since the last update. */
interface News {
  rows: MetricRow[];
  values: PageValue[];
  messages: LiveMessage[];
  /** Pictures by name: only the newest is shown. */
  readonly images: Map<string, LoggedImage>;
}

/** Watches a fit through its events, keeps what a page shows of it, and passes on changes a few times per second. */
export class FitObserver {
  readonly history = new RunHistory();
  private readonly pace = new Pace();
  private readonly disposers: (() => void)[];
  private news: News = nothingNew();
  private ranks = 1;
  private step = 0;
  private rates: readonly PageValue[] = [];
  private progress: FitProgress | null = null;
  private newest: Metrics = {};
  private aside: LiveProgress['aside'] = null;
  private hasMoved = false;
  private passedAt = 0;
  private begun = false;

  /** @param pass receives the changes. */
  constructor(
    events: RunEventSource,
    private readonly optimizers: OptimizersAccess,
    private readonly pass: (news: ToThread) => void,
  ) {
    const aside = (name: string, done: number, total: number): void => this.goAside({ name, done, total });
    this.disposers = [
      events.on('runStarted', (info: RunInfo) => (this.ranks = info.data.ranks)),
      events.on('epochStarted', (progress) => this.move(progress)),
      events.on('batchEnded', (progress, result, metrics) => this.endBatch(progress, result, metrics)),
      events.on('metricsLogged', (row) => this.addRow(row)),
      events.on('imageLogged', (image) => this.addImage(image)),
      events.on('message', (level, text, isSecret) => {
        if (isSecret !== true) this.addMessage(level, text);
      }),
      events.on('evaluationStarted', (at) => aside(nameOf(at), at.batchesDone, at.batches)),
      events.on('evaluationBatchEnded', (at) => aside(nameOf(at), at.batchesDone, at.batches)),
      events.on('evaluationEnded', () => this.goAside(null)),
      events.on('taskStarted', ({ name, done, total }) => aside(name, done, total)),
      events.on('taskProgress', ({ name, done, total }) => aside(name, done, total)),
      events.on('taskEnded', () => this.goAside(null)),
    ];
  }

  /** Starts passing on changes; earlier ones are in the history. */
  begin(): void {
    this.news = nothingNew();
    this.begun = true;
  }

  dispose(): void {
    for (const dispose of this.disposers) dispose();
  }

  /** The learning rates of the next update. */
  noteLearningRates(): void {
    const { step } = this;
    this.rates = this.optimizers
      .current()
      .flatMap(({ kind, learningRates }) =>
        learningRates.map((value, index) => ({
          name: learningRates.length === 1 ? `lr-${kind}` : `lr-${kind}/pg${index + 1}`,
          ...{ step, value },
        })),
      )
      .slice(0, mostRates);
  }

  /** Passes on the changes, if there are any. */
  passOn(): void {
    this.passedAt = performance.now();
    const { news, hasMoved } = this;
    const { rows, values, messages } = news;
    const images = [...news.images.values()];
    if (!this.begun || (!hasMoved && rows.length + messages.length + images.length === 0)) return;
    this.news = nothingNew();
    this.hasMoved = false;
    const progress = hasMoved ? this.standing() : null;
    this.pass({ rows, values, messages, images, ...(progress === null ? {} : { progress }) });
  }

  private standing(): LiveProgress | null {
    const { progress, pace, aside, newest } = this;
    if (progress === null) return null;
    return {
      ...progress,
      ...{ at: Date.now(), secondsPerBatch: pace.secondsPerBatch, secondsLeft: pace.secondsLeft(progress) },
      ...{ imagesPerSecond: pace.samplesPerSecond, aside },
      newest: Object.fromEntries(
        Object.entries(newest).map(([name, value]) => [name, Number.isFinite(value) ? value : String(value)]),
      ),
    };
  }

  private passOnIfDue(): void {
    if (performance.now() - this.passedAt >= passEveryMs) this.passOn();
  }

  private move(progress: FitProgress): void {
    this.progress = progress;
    this.step = progress.globalStep;
    this.hasMoved = true;
  }

  private endBatch(progress: FitProgress, { batchSize }: BatchResult, metrics: Metrics): void {
    this.move(progress);
    this.newest = metrics;
    this.pace.batchEnded(batchSize * this.ranks, performance.now() / 1000);
    this.passOnIfDue();
  }

  private goAside(aside: LiveProgress['aside']): void {
    const now = performance.now() / 1000;
    if (aside === null) this.pace.goOn(now);
    else this.pace.rest(now);
    this.aside = aside;
    this.hasMoved = true;
    this.passOnIfDue();
  }

  /** Adds the learning rate and the throughput, unless a plugin logs them. */
  private addRow(row: MetricRow): void {
    this.history.addRow(row);
    this.news.rows.push(row);
    if (row.kind !== 'step') return;
    const names = Object.keys(row.values);
    if (!names.some((name) => name.startsWith('lr-'))) this.addValues(this.rates, row.step);
    const value = this.pace.samplesPerSecond;
    if (value === null || names.includes('samples_per_second')) return;
    this.addValues([{ name: 'samples_per_second', step: row.step, value }], row.step);
  }

  private addValues(values: readonly PageValue[], step: number): void {
    for (const { name, value } of values) {
      this.history.add(name, 'page', step, value);
      this.news.values.push({ name, step, value });
    }
  }

  private addImage(image: LoggedImage): void {
    if (image.png.length <= mostImageBytes) this.news.images.set(image.name, image);
  }

  private addMessage(level: LiveMessage['level'], text: string): void {
    const message = { at: Date.now(), step: this.step, level, text: redacted(text) };
    this.history.addMessage(message);
    this.news.messages.push(message);
  }
}

function nothingNew(): News {
  return { rows: [], values: [], messages: [], images: new Map() };
}

function nameOf({ kind, sanityCheck }: { readonly kind: string; readonly sanityCheck: boolean }): string {
  return sanityCheck ? 'sanity check' : kind;
}
