import { shown } from '../../src';
import type { Param } from './entities';
import type { JournalImage } from './journal';
import { ServerProblem } from './mlflow-client';
import type { MlflowClient } from './mlflow-client';

/** A point of a metric in the form of MLflow's API. */
export interface MetricPoint {
  readonly key: string;
  /** NaN and the infinities are written by name, as in Protocol Buffers' JSON. */
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

export type RemoteStatus = 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED';

/** The facts with which a run is created. */
export interface RunDescription {
  readonly experimentName: string;
  readonly runName: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly params: readonly Param[];
  /** Identifies this run, so that it can be found again if the response to its creation was lost. */
  readonly launch: string;
  /** Milliseconds since 1970. */
  readonly startTime: number;
}

/** Maximum number of params per request. */
const largestParamBatch = 100;
const launchTag = 'fulgur.launch';

/** The run on the server, found or created when first needed. */
export class RemoteRun {
  private ready = false;
  private root: string | null = null;
  private takesNoArtifacts = false;

  /**
   * @param id of the MLflow run that a resumed run continues; `null` if it is not known.
   * @param hasParams whether it has received its params; MLflow allows no changes to them.
   */
  constructor(
    private readonly client: MlflowClient,
    private readonly description: RunDescription,
    public id: string | null,
    public hasParams: boolean,
    private readonly warn: (sentence: string) => void,
    /** Reads a picture's PNG file; returns `null` if it has been deleted. */
    private readonly readImage: (file: string) => Promise<Uint8Array | null>,
  ) {}

  /** @throws ServerProblem */
  async prepare(): Promise<string> {
    if (this.id !== null && this.ready) return this.id;
    if (this.id === null) {
      const experimentId = await this.experimentId();
      this.id = (await this.find(experimentId)) ?? (await this.create(experimentId));
    }
    await this.update(this.id, { status: 'RUNNING' });
    await this.sendParams(this.id);
    this.ready = true;
    return this.id;
  }

  /** @throws ServerProblem */
  async log(metrics: readonly MetricPoint[]): Promise<void> {
    await this.client.post('runs/log-batch', { run_id: await this.prepare(), metrics });
  }

  /**
   * Keeps a picture as an artifact of the run. If the server accepts no artifacts, that is reported once, and metrics
   * are still sent.
   *
   * @throws ServerProblem if a retry may help.
   */
  async upload({ file }: JournalImage): Promise<void> {
    const id = await this.prepare();
    if (this.takesNoArtifacts) return;
    const bytes = await this.readImage(file);
    // The user deleted the picture: nothing is left to send.
    if (bytes === null) return;
    try {
      await this.client.putArtifact(`${await this.artifactRoot(id)}/images/${file}`, bytes);
    } catch (error) {
      if (!(error instanceof ServerProblem) || error.passing) throw error;
      this.takesNoArtifacts = true;
      this.warn(`${error.message} Images are not sent to it.`);
    }
  }

  /** @throws ServerProblem */
  async end(status: RemoteStatus): Promise<void> {
    await this.update(await this.prepare(), { status, end_time: Date.now() });
  }

  /** Path of the run's artifacts, from the root of those that the server proxies. */
  private async artifactRoot(id: string): Promise<string> {
    if (this.root !== null) return this.root;
    const { run } = await this.client.get('runs/get', { run_id: id });
    const uri = idIn((run as { info?: unknown } | undefined)?.info, 'artifact_uri');
    const root = /^mlflow-artifacts:(?:\/\/)?\/([^/].*?)\/*$/.exec(uri)?.[1];
    if (root === undefined) {
      throw new ServerProblem(
        `MLflow at ${this.client.address} keeps artifacts in ${shown(uri)} and does not proxy them: start it with --serve-artifacts.`,
        false,
      );
    }
    this.root = root;
    return root;
  }

  private async update(id: string, change: object): Promise<void> {
    await this.client.post('runs/update', { run_id: id, ...change });
  }

  private async experimentId(): Promise<string> {
    const { experimentName: name } = this.description;
    const known = await this.experimentOf(name);
    if (known !== null) return known;
    try {
      return idIn(await this.client.post('experiments/create', { name }), 'experiment_id');
    } catch (error) {
      // Another run created it in the meantime.
      if (!isProblem(error, 'RESOURCE_ALREADY_EXISTS')) throw error;
      const made = await this.experimentOf(name);
      if (made === null) throw error;
      return made;
    }
  }

  private async experimentOf(name: string): Promise<string | null> {
    try {
      const answer = await this.client.get('experiments/get-by-name', { experiment_name: name });
      return idIn(answer['experiment'], 'experiment_id');
    } catch (error) {
      if (isProblem(error, 'RESOURCE_DOES_NOT_EXIST')) return null;
      throw error;
    }
  }

  private async find(experimentId: string): Promise<string | null> {
    const filter = `tags.\`${launchTag}\` = '${this.description.launch}'`;
    const query = { experiment_ids: [experimentId], filter, max_results: 1 };
    const { runs } = await this.client.post('runs/search', query);
    const [first] = Array.isArray(runs) ? (runs as { info?: unknown }[]) : [];
    return first === undefined ? null : idIn(first.info, 'run_id');
  }

  private async create(experimentId: string): Promise<string> {
    const { runName, tags, launch, startTime } = this.description;
    const answer = await this.client.post('runs/create', {
      experiment_id: experimentId,
      run_name: runName,
      start_time: startTime,
      tags: Object.entries({ ...tags, [launchTag]: launch }).map(([key, value]) => ({ key, value })),
    });
    return idIn((answer['run'] as { info?: unknown } | undefined)?.info, 'run_id');
  }

  private async sendParams(id: string): Promise<void> {
    if (this.hasParams) return;
    const { params } = this.description;
    try {
      for (let at = 0; at < params.length; at += largestParamBatch) {
        const batch = params.slice(at, at + largestParamBatch);
        await this.client.post('runs/log-batch', { run_id: id, params: batch });
      }
    } catch (error) {
      // Metrics matter more: a param that differs from that of the first start must not prevent sending them.
      if (!isProblem(error, 'INVALID_PARAMETER_VALUE')) throw error;
      this.warn(error.message);
    }
    this.hasParams = true;
  }
}

function isProblem(error: unknown, code: string): error is ServerProblem {
  return error instanceof ServerProblem && error.code === code;
}

function idIn(holder: unknown, name: string): string {
  const id: unknown = typeof holder === 'object' && holder !== null ? Reflect.get(holder, name) : undefined;
  if (typeof id === 'string') return id;
  throw new ServerProblem(`MLflow's response contains no ${name}: correct trackingUri.`, false);
}
