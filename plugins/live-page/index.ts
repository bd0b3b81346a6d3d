import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { join, resolve, sep } from 'node:path';
import { z } from 'zod';
import {
  Plugin,
  definePlugin,
  inject,
  isInterruption,
  messageOf,
  pageScript,
  redacted,
  redactedData,
  replaceFile,
  makeFolder,
  readRegularFile,
  tokens,
} from '../../src';
import type {
  HookContext,
  Json,
  LiveEnd,
  LiveFacts,
  MetricBands,
  Notify,
  OptimizersAccess,
  PluginDescriptor,
  PluginFolder,
  PluginHooks,
  RunEventSource,
  RunInfo,
  RunStatus,
  Stateful,
} from '../../src';
import { readState } from '../shared/read-state';
import { FitObserver } from './fit-observer';
import { liveHtml, liveStyle } from './page-frame';
import { PageThread } from './page-thread';
import { savedCurves } from './run-history';
import { savedHistory } from './saved-history';

const loopback = ['127.0.0.1', '::1'];

const schema = z.strictObject({
  /** Port to listen at; if it is taken, one of the next ports is used. With 0 the system chooses. */
  port: z.int().min(0).max(65_535).default(8420),
  /**
   * The address to listen at. Any address other than the loopback ones, `127.0.0.1` and `::1`, opens the page to the
   * network, without encryption.
   */
  host: z
    .string()
    .refine((host) => isIP(host) !== 0 && !isEveryAddress(host), 'expected an address of this machine')
    .default('127.0.0.1'),
});

/** Options of `livePage()`. */
export type LivePageOptions = z.input<typeof schema>;

function isEveryAddress(host: string): boolean {
  return /^[0:.]*$/.test(host);
}

/** Seconds between two writes of the history that other pages show of this run. */
const saveEverySeconds = 15;
/** Milliseconds between two checks for changes that no batch has passed on. */
const lookMs = 500;

const mostHistoryBytes = 1 << 24;

const savedState = z.object({ curves: savedCurves });

/** Passes the run's events on to the thread that serves the page. */
@Plugin({
  name: 'live-page',
  help: 'a page in the browser during the run',
  ranks: 'first',
  options: schema,
})
export class LivePage implements PluginHooks, Stateful {
  private readonly observer: FitObserver;
  private readonly file: string;
  private readonly disposers: (() => void)[];
  private thread: PageThread | null = null;
  private info: RunInfo | null = null;
  private looking: NodeJS.Timeout | null = null;
  private savedAt = -Infinity;
  private canSave = true;
  private failure: { readonly status: RunStatus; readonly detail: string } | null = null;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.events) events: RunEventSource,
    @inject(tokens.runFolder) private readonly folder: PluginFolder,
    @inject(tokens.optimizers) optimizers: OptimizersAccess,
    @inject(tokens.metricBands) private readonly bands: MetricBands,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {
    this.file = join(folder.claim('live-page'), 'history.json');
    this.observer = new FitObserver(events, optimizers, (news) => this.thread?.post(news));
    this.disposers = [
      events.on('runStarted', (info) => (this.info = info)),
      events.on('runEnded', (status, detail) => this.endRun(status, detail)),
    ];
  }

  pluginState(): Json {
    return { curves: this.observer.history.saved() };
  }

  restorePluginState(state: Json): void {
    this.observer.history.restore(readState(savedState, state).curves);
  }

  /** If the page cannot be served, the run continues without it. */
  async onFitStart(): Promise<void> {
    const { host, port } = this.options;
    const token = randomBytes(32).toString('base64url');
    if (this.info !== null && this.info.resumedFrom !== null) await this.recallMessages();
    try {
      const started = await PageThread.start(
        {
          ...{ host, port, token },
          ...{ script: await pageScript('live'), style: liveStyle(), html: liveHtml },
          facts: this.facts(),
          curves: this.observer.history.saved(),
          messages: this.observer.history.messages,
          ...{ root: rootOf(this.folder), folder: this.folder.path },
        },
        (reason) => this.notify('warning', `The live page has stopped: ${reason}. Training continues.`),
      );
      this.thread = started.thread;
      this.tellAddress(started.port, token);
    } catch (error) {
      this.notify('warning', `The live page could not be started: ${messageOf(error)}. Training continues.`);
      return;
    }
    this.observer.begin();
    this.looking = setInterval(() => this.observer.passOn(), lookMs).unref();
  }

  onTrainBatchStart(): void {
    this.observer.noteLearningRates();
  }

  async onTrainBatchEnd(): Promise<void> {
    if (performance.now() / 1000 - this.savedAt >= saveEverySeconds) await this.save(null);
  }

  onException(_: HookContext, error: unknown): void {
    this.failure = {
      status: isInterruption(error) ? 'interrupted' : 'failed',
      detail: redacted(messageOf(error)),
    };
  }

  /** By the time a process ends right after this, its readers have been told. */
  async teardown(): Promise<void> {
    if (this.thread === null) return;
    const end: LiveEnd = { ...(this.failure ?? { status: 'over', detail: null }), at: Date.now() };
    this.observer.passOn();
    this.thread.post({ end });
    await this.thread.settle();
    await this.save(end);
  }

  private endRun(status: RunStatus, detail: string | null): void {
    if (this.looking !== null) clearInterval(this.looking);
    this.observer.passOn();
    this.observer.dispose();
    for (const dispose of this.disposers) dispose();
    const said = detail ?? this.failure?.detail ?? null;
    this.thread?.finish({ status, detail: said === null ? null : redacted(said), at: Date.now() });
  }

  private tellAddress(port: number, token: string): void {
    const { host, port: wanted } = this.options;
    const address = `http://${host.includes(':') ? `[${host}]` : host}:${port}/#${token}`;
    const isMoved = wanted !== 0 && port !== wanted;
    const text = isMoved ? `Port ${wanted} is taken; live page: ${address}` : `Live page: ${address}`;
    this.notify('info', text, true);
    if (loopback.includes(host)) return;
    this.notify(
      'warning',
      `The live page is open to the network at ${host}, without encryption: anyone who intercepts its traffic learns its token.`,
    );
  }

  private facts(): LiveFacts {
    const { info, folder, bands } = this;
    const data = info?.data;
    const share = data === undefined || data.ranks === 1 ? '' : ` on each of ${data.ranks} ranks`;
    return {
      ...{ experiment: folder.experiment, version: folder.version, seed: info?.seed ?? 0 },
      data:
        data === undefined
          ? ''
          : `${data.name}, ${data.samples.toLocaleString('en')} samples, batch ${data.batchSize}${share}`,
      ...{ device: info?.device ?? '', startedAt: Date.now(), resumedFrom: info?.resumedFrom ?? null },
      ...{ config: redactedData(info?.config ?? {}), bands: bands.all() },
    };
  }

  /** Reads the messages of earlier starts of this run; if they cannot be read, the page shows only those of this start. */
  private async recallMessages(): Promise<void> {
    try {
      const text = (await readRegularFile(this.file, mostHistoryBytes)).toString('utf8');
      this.observer.history.recallMessages(savedHistory.parse(JSON.parse(text)).messages);
    } catch {
      return;
    }
  }

  /** Writes the history, for the pages of other runs and for the next start of this one. */
  private async save(end: LiveEnd | null): Promise<void> {
    this.savedAt = performance.now() / 1000;
    if (!this.canSave) return;
    const { history } = this.observer;
    const text = JSON.stringify({ curves: history.saved(), messages: history.messages, end });
    try {
      await makeFolder(join(this.file, '..'));
      await replaceFile(this.file, [Buffer.from(text)]);
    } catch (error) {
      this.canSave = false;
      this.notify(
        'warning',
        `${this.file} cannot be written: ${messageOf(error)}. The pages of other runs will not show this run.`,
      );
    }
  }
}

/** The folder of all experiments; the run's own folder if it is not in one. */
function rootOf({ path, experiment, version }: PluginFolder): string {
  const below = join(...experiment.split('/'), version);
  if (!path.endsWith(sep + below)) return path;
  return resolve(path, ...below.split(sep).map(() => '..'));
}

/**
 * Serves a page that shows the run in progress: curves of all metrics, progress and time left, pictures, messages, the
 * configuration, and a comparison with another run. By default it listens on this machine only. The run prints the
 * address once; it ends with a token. Training does not wait for the page.
 *
 * ```ts
 * plugins: [livePage({ port: 8420 })]
 * ```
 */
export function livePage(options: LivePageOptions = {}): PluginDescriptor {
  return definePlugin(LivePage, options);
}
