import { z } from 'zod';
import { FulgurError, Plugin, inject, tokens } from '../../src';
import type {
  HookContext,
  Json,
  Notify,
  RunEventSource,
  PluginFolder,
  RunSettings,
  Stateful,
} from '../../src';
import { RowLogger } from '../shared/row-logger';
import { Delivery } from './delivery';
import { EntityNames } from './entity-names';
import { Journal } from './journal';
import type { JournalRow } from './metric-points';
import { MlflowClient } from './mlflow-client';
import type { MlflowLoggerSettings } from './options';
import { RemoteRun } from './remote-run';
import type { RunStatus } from './remote-run';
import { runParams } from './run-params';
import { readState, stateNumber } from '../shared/read-state';

const savedRun = z.object({ runId: z.string().nullable(), hasParams: z.boolean(), sent: stateNumber });

/** What a checkpoint keeps of the run on the server. */
interface SavedRun {
  readonly runId: string | null;
  readonly hasParams: boolean;
  /** Rows of the journal that the server had accepted. */
  readonly sent: number;
}

/** Writes rows to the journal first, and from there to the server: whatever happens to either, none is lost or doubled. */
@Plugin({ name: 'mlflow-logger', ranks: 'first' })
export class MlflowLogger extends RowLogger<Journal> implements Stateful {
  private readonly client: MlflowClient;
  private saved: SavedRun = { runId: null, hasParams: false, sent: 0 };
  private remote: RemoteRun | null = null;
  private delivery: Delivery | null = null;
  private status: RunStatus = 'FINISHED';

  constructor(
    @inject(tokens.pluginOptions) private readonly options: MlflowLoggerSettings,
    @inject(tokens.events) events: RunEventSource,
    @inject(tokens.runFolder) private readonly folder: PluginFolder,
    @inject(tokens.settings) private readonly settings: RunSettings,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {
    super(new Journal(folder.claim('mlflow.jsonl'), (rows) => this.delivery?.send(rows)), events);
    this.client = new MlflowClient(options);
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
    const { launch, rows } = await this.sink.reopen(this.resumedStep);
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
    this.remote = new RemoteRun(this.client, description, runId, hasParams, warn);
    const names = this.namesOf(rows);
    this.delivery = new Delivery(this.remote, Math.min(sent, rows.length), names, warn);
    this.delivery.send(rows.slice(sent));
  }

  onException(_: HookContext, error: unknown): void {
    this.status = error instanceof FulgurError && error.kind === 'interrupted' ? 'KILLED' : 'FAILED';
  }

  override async teardown(): Promise<void> {
    try {
      await super.teardown();
    } finally {
      await this.endRun();
    }
  }

  /** The names that earlier starts gave, so that a metric keeps its own. */
  private namesOf(rows: readonly JournalRow[]): EntityNames {
    let isNew = false;
    const names = new EntityNames((name, given, owner) => {
      const sentence = `MLflow would take '${owner}' and '${name}' for one metric: it gets '${name}' as '${given}'.`;
      if (isNew) this.notify('warning', sentence);
    });
    for (const name of rows.flatMap(({ values }) => Object.keys(values))) names.of(name);
    isNew = true;
    return names;
  }

  private async endRun(): Promise<void> {
    const failure = await this.delivery?.finish(this.status, this.options.teardownSeconds);
    if (failure === null || failure === undefined) return;
    const { rows, why } = failure;
    this.notify(
      'warning',
      rows === 0
        ? `${why} It was not told that the run is ${this.status}.`
        : `${why} ${rows} rows of metrics were not sent: they are in ${this.sink.path}, and go when the run is resumed.`,
    );
  }
}
