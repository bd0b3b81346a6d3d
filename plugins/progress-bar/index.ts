import { relative } from 'node:path';
import { z } from 'zod';
import { Plugin, definePlugin, inject, terminalAbilities, tokens } from '../../src';
import type {
  FitProgress,
  MetricRow,
  PluginDescriptor,
  PluginHooks,
  RunEventSource,
  RunInfo,
  RunSettings,
  RunStatus,
} from '../../src';
import { EpochPace, duration, epochBar, epochLine, evaluationBar, runEnd, runHead, taskBar } from './phrases';
import { Screen } from './screen';
import type { OutputStream } from './screen';

const schema = z.strictObject({
  /** Stream to write to (default: `process.stdout`). */
  stream: z
    .custom<OutputStream>(
      (value) => typeof (value as OutputStream | null)?.write === 'function',
      'expected a stream',
    )
    .default(() => process.stdout as OutputStream),
  /** Without a terminal: minimum number of seconds between two lines about the same epoch. */
  plainEverySeconds: z.number().positive().default(10),
});

/** Options of `progressBar()`. */
export type ProgressBarOptions = z.input<typeof schema>;

type Metrics = Readonly<Record<string, number>>;

interface EpochOnScreen {
  readonly index: number;
  readonly pace: EpochPace;
  metrics: Metrics;
  epochMetrics: Metrics;
  lastLineAt: number;
}

/** Milliseconds after which an evaluation prints its progress if nothing can be redrawn in place. */
const silence = 5000;

/** Writes the run's events. With `enableProgressBar: false`, only messages are written. */
@Plugin({
  name: 'progress-bar',
  help: 'shows a bar on a terminal, plain lines elsewhere',
  ranks: 'first',
  options: schema,
})
export class ProgressBar implements PluginHooks {
  private readonly screen: Screen;
  private readonly terminal: boolean;
  private readonly plainEveryMilliseconds: number;
  private readonly disposers: (() => void)[];
  private run: { readonly folder: string; readonly startedAt: number } | null = null;
  private epoch: EpochOnScreen | null = null;
  /** An activity besides training: its progress, its start, when its next line is due, and the last one printed. */
  private aside: { text: string; readonly since: number; lineAt: number; printed: string | null } | null =
    null;

  constructor(
    @inject(tokens.pluginOptions) { stream, plainEverySeconds }: z.output<typeof schema>,
    @inject(tokens.events) events: RunEventSource,
    @inject(tokens.settings) settings: RunSettings,
  ) {
    const abilities = terminalAbilities(stream);
    this.terminal = abilities.redraws;
    this.screen = new Screen(stream, abilities);
    this.plainEveryMilliseconds = plainEverySeconds * 1000;
    this.disposers = [
      events.on(
        'message',
        (level, text) => {
          if (level === 'warning') this.screen.warn(text);
          else this.screen.line(text);
        },
        { presents: true },
      ),
    ];
    if (!settings.enableProgressBar) return;
    this.disposers.push(
      events.on('runStarted', (info) => this.startRun(info)),
      events.on('epochStarted', (progress) => this.startEpoch(progress)),
      events.on('batchEnded', (progress, _, metrics) => this.endBatch(progress, metrics)),
      events.on('evaluationStarted', (progress) => this.showAside(evaluationBar(progress))),
      events.on('evaluationBatchEnded', (progress) => this.showAside(evaluationBar(progress))),
      events.on('evaluationEnded', () => this.endAside()),
      events.on('taskStarted', (progress) => this.showAside(taskBar(progress))),
      events.on('taskProgress', (progress) => this.showAside(taskBar(progress))),
      events.on('taskEnded', () => this.endAside()),
      events.on('metricsLogged', (row) => this.noteEpochMetrics(row)),
      events.on('epochEnded', (progress, metrics, seconds) => this.endEpoch(progress, metrics, seconds)),
      events.on('checkpointSaved', (path, reason) => this.screen.line(`Saved ${short(path)} (${reason}).`)),
      events.on('runEnded', (status, detail) => this.endRun(status, detail)),
    );
  }

  /** Redrawing stops in any case; lines may still follow, up to the run's last event. */
  teardown(): void {
    this.screen.hideBar();
  }

  private startRun(info: RunInfo): void {
    this.run = { folder: short(info.folder), startedAt: Date.now() };
    const resumedFrom = info.resumedFrom === null ? null : short(info.resumedFrom);
    for (const line of runHead({ ...info, folder: this.run.folder, resumedFrom })) this.screen.line(line);
  }

  /** Shows an activity besides training, in place or now and then as a line. */
  private showAside(text: string): void {
    const now = Date.now();
    this.epoch?.pace.rest(now);
    if (this.aside === null) {
      this.aside = { text, since: now, lineAt: now + silence, printed: null };
      this.screen.showBar(() => this.aside?.text ?? '');
    } else {
      this.aside.text = text;
      this.screen.refreshBar();
    }
    if (this.terminal || now < this.aside.lineAt) return;
    this.printAside(this.aside, now);
    this.aside.lineAt = now + Math.max(silence, this.plainEveryMilliseconds);
  }

  private printAside(aside: NonNullable<typeof this.aside>, now: number): void {
    this.screen.line(`${aside.text} [${duration((now - aside.since) / 1000)}]`);
    aside.printed = aside.text;
  }

  /** Training continues and shows its bar again; the results of validation appear in the epoch's line. */
  private endAside(): void {
    const now = Date.now();
    const { aside } = this;
    // Lines that have been begun do not stop halfway.
    if (aside !== null && aside.printed !== null && aside.printed !== aside.text) this.printAside(aside, now);
    this.aside = null;
    this.epoch?.pace.goOn(now);
    this.screen.hideBar();
    if (this.epoch !== null) this.showEpoch(this.epoch);
  }

  private startEpoch({ epoch, batchIndex, batchesPerEpoch }: FitProgress): void {
    const now = Date.now();
    const pace = new EpochPace(now, batchIndex, batchesPerEpoch);
    this.epoch = { index: epoch, pace, metrics: {}, epochMetrics: {}, lastLineAt: now };
    this.showEpoch(this.epoch);
  }

  private showEpoch(epoch: EpochOnScreen): void {
    this.screen.showBar((columns) =>
      epochBar(epoch.index, epoch.pace.at(Date.now()), epoch.metrics, columns),
    );
  }

  private endBatch({ epoch, batchIndex, batchesPerEpoch }: FitProgress, metrics: Metrics): void {
    if (this.epoch === null) return;
    const now = Date.now();
    const done = batchIndex + 1;
    this.epoch.pace.batchEnded(done, now);
    this.epoch.metrics = metrics;
    this.screen.refreshBar();
    const due = now - this.epoch.lastLineAt >= this.plainEveryMilliseconds;
    // The epoch's line follows its last batch.
    if (this.terminal || !due || done >= batchesPerEpoch) return;
    this.epoch.lastLineAt = now;
    this.screen.line(epochLine(epoch, this.epoch.pace.at(now), metrics));
  }

  /** Metrics of the whole epoch are shown only in the epoch's line. */
  private noteEpochMetrics({ kind, values }: MetricRow): void {
    if (kind === 'epoch' && this.epoch !== null)
      this.epoch.epochMetrics = { ...this.epoch.epochMetrics, ...values };
  }

  private endEpoch({ epoch }: FitProgress, metrics: Metrics, seconds: number): void {
    if (this.epoch === null) return;
    const standing = this.epoch.pace.ended(seconds);
    this.screen.hideBar();
    // The bar also shows measurements of an earlier epoch; the epoch's line does not.
    const newest = Object.keys(this.epoch.metrics).flatMap((name) => {
      const value = metrics[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    const shown = { ...Object.fromEntries(newest), ...this.epoch.epochMetrics };
    this.screen.line(epochLine(epoch, standing, shown));
    this.epoch = null;
  }

  private endRun(status: RunStatus, detail: string | null): void {
    this.screen.hideBar();
    const seconds = this.run === null ? 0 : (Date.now() - this.run.startedAt) / 1000;
    const lines = runEnd(status, detail, seconds, this.run?.folder ?? '');
    for (const line of lines) this.screen.line(line);
    for (const dispose of this.disposers) dispose();
  }
}

/** Returns a path as the user would type it from the current folder. */
function short(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere === '' || fromHere.startsWith('..') ? path : fromHere;
}

/**
 * Shows a run in the terminal: what it does, a bar for each epoch, messages, and how it ended. If the output is not a
 * terminal, a few plain lines per minute replace the bar. The bar has the format of tqdm's in Lightning.
 *
 * ```ts
 * plugins: [progressBar()]
 * ```
 */
export function progressBar(options: ProgressBarOptions = {}): PluginDescriptor {
  return definePlugin(ProgressBar, options);
}
