import { join } from 'node:path';
import { z } from 'zod';
import { Plugin, definePlugin, inject, isInterruption, readRegularFile, tokens } from '../../src';
import type {
  HookContext,
  Json,
  Notify,
  PluginDescriptor,
  PluginFolder,
  RunEventSource,
  RunSettings,
  Stateful,
} from '../../src';
import { readState, stateNumber } from '../shared/read-state';
import { RowLogger } from '../shared/row-logger';
import { Delivery } from './delivery';
import { EntityNames, runParams } from './entities';
import { Journal } from './journal';
import type { JournalEntry } from './journal';
import { MlflowClient } from './mlflow-client';
import { RemoteRun } from './remote-run';
import type { RemoteStatus } from './remote-run';

const schema = z.strictObject({
  /**
   * Address of the MLflow server; the default is where `mlflow server` listens. It may contain a user and a password,
   * `https://user:password@host`.
   */
  trackingUri: z
    .string()
    .refine(isHttpAddress, 'expected the http or https address of an MLflow server')
    .default('http://127.0.0.1:5000'),
  /** A token for servers that require one, sent as `Authorization: Bearer`. */
  token: z.string().min(1).nullable().default(null),
  /** Name of the MLflow experiment, created if it does not exist; `null` for the name of Fulgur's experiment. */
  experimentName: z.string().min(1).max(500).nullable().default(null),
  /** The run's name in MLflow; `null` for the version, such as `version_0`. */
  runName: z.string().min(1).nullable().default(null),
  /** Tags of the run on the server, by name. */
  tags: z.record(z.string(), z.string()).default({}),
  /** Seconds that the end of the run may take to send what is still waiting. */
  teardownSeconds: z.number().nonnegative().max(8_640_000).default(10),
});

/** Options of `mlflowLogger()`. */
export type MlflowLoggerOptions = z.input<typeof schema>;

function isHttpAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

const savedRun = z.object({ runId: z.string().nullable(), hasParams: z.boolean(), sent: stateNumber });

/** State of the run on the server that a checkpoint keeps. */
interface SavedRun {
  readonly runId: string | null;
  readonly hasParams: boolean;
  /** Number of journal lines that the server had accepted. */
  readonly sent: number;
}

/**
 * Writes rows to the journal first, and sends them from there to the server: whatever happens to either, no row is lost
 * or duplicated.
 */
@Plugin({
  name: 'mlflow-logger',
  help: 'sends metrics, images and hyperparameters to MLflow',
  ranks: 'first',
  options: schema,
})
export class MlflowLogger extends RowLogger<Journal> implements Stateful {
  private readonly closing = new AbortController();
  private readonly client: MlflowClient;
  private readonly images: string;
  private readonly stopListeningToImages: () => void;
  private saved: SavedRun = { runId: null, hasParams: false, sent: 0 };
  private remote: RemoteRun | null = null;
  private delivery: Delivery | null = null;
  private status: RemoteStatus = 'FINISHED';

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.events) events: RunEventSource,
    @inject(tokens.runFolder) private readonly folder: PluginFolder,
    @inject(tokens.settings) private readonly settings: RunSettings,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {
    const images = folder.claim('mlflow-images');
    super(
      new Journal(folder.claim('mlflow.jsonl'), images, (entries) => this.delivery?.send(entries)),
      events,
    );
    this.images = images;
    this.stopListeningToImages = events.on('imageLogged', (image) => this.sink.addImage(image));
    this.client = new MlflowClient(options, this.closing.signal);
  }

  pluginState(): Json {
    const { remote, delivery, saved } = this;
    if (remote === null || delivery === null) return { ...saved };
    return { runId: remote.id, hasParams: remote.hasParams, sent: delivery.sent };
  }

  restorePluginState(state: Json): void {
    this.saved = readState(savedRun, state);
  }

  async onFitStart(): Promise<void> {
    const { launch, entries } = await this.sink.reopen(this.resumedStep);
    const { experimentName, runName, tags } = this.options;
    const description = {
      experimentName: experimentName ?? this.settings.experiment,
      runName: runName ?? this.folder.version,
      tags,
      params: runParams(this.settings),
      launch,
      startTime: Date.now(),
    };
    const { runId, hasParams, sent } = this.saved;
    const warn = (sentence: string) => this.notify('warning', sentence);
    this.remote = new RemoteRun(this.client, description, runId, hasParams, warn, (file) =>
      bytesOf(join(this.images, file)),
    );
    const names = this.namesOf(entries);
    this.delivery = new Delivery(this.remote, Math.min(sent, entries.length), names, warn, this.closing);
    this.delivery.send(entries.slice(sent));
  }

  onException(_: HookContext, error: unknown): void {
    this.status = isInterruption(error) ? 'KILLED' : 'FAILED';
  }

  override async teardown(): Promise<void> {
    this.stopListeningToImages();
    try {
      await super.teardown();
    } finally {
      await this.endRun();
    }
  }

  /** Assigns names in the order of earlier starts, so that each metric keeps its name. */
  private namesOf(entries: readonly JournalEntry[]): EntityNames {
    let isNew = false;
    const names = new EntityNames((name, given, owner) => {
      const sentence = `MLflow would treat '${owner}' and '${name}' as one metric: '${name}' is sent as '${given}'.`;
      if (isNew) this.notify('warning', sentence);
    });
    for (const entry of entries) {
      if (entry.kind !== 'image') for (const name of Object.keys(entry.values)) names.of(name);
    }
    isNew = true;
    return names;
  }

  private async endRun(): Promise<void> {
    const failure = await this.delivery?.finish(this.status, this.options.teardownSeconds);
    if (failure === null || failure === undefined) return;
    const { rows, images, why } = failure;
    const unsent = [
      ...(rows > 0 ? [`${rows} rows of metrics`] : []),
      ...(images > 0 ? [`${images} ${images === 1 ? 'image' : 'images'}`] : []),
    ];
    this.notify(
      'warning',
      unsent.length === 0
        ? `${why} It does not know that the run is ${this.status}.`
        : `${why} ${unsent.join(' and ')} were not sent: they are in ${this.sink.path}, and will be sent when the run is resumed.`,
    );
  }
}

/** Returns a file's bytes; `null` if it does not exist. */
async function bytesOf(path: string): Promise<Uint8Array | null> {
  try {
    return await readRegularFile(path, Infinity);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Records the run on an MLflow server: hyperparameters and configuration as params, every logged metric, images as
 * artifacts, and how the run ended. A server that is unavailable or slow neither delays nor ends training: rows wait in
 * `mlflow.jsonl` and images in `mlflow-images/` in the run folder, and are sent when the server answers or when the run
 * is resumed, which continues the same MLflow run.
 *
 * ```ts
 * plugins: [mlflowLogger({ trackingUri: 'http://127.0.0.1:5000', tags: { purpose: 'ablation' } })]
 * ```
 */
export function mlflowLogger(options: MlflowLoggerOptions = {}): PluginDescriptor {
  return definePlugin(MlflowLogger, options);
}
