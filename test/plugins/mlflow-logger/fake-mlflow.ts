import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Metric {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

export interface FakeRun {
  readonly id: string;
  readonly experiment: string;
  readonly name: string;
  readonly tags: Record<string, string>;
  readonly params: Record<string, string>;
  /** Without points equal in all four parts, which MLflow's store holds once. */
  readonly metrics: Metric[];
  readonly known: Set<string>;
  readonly statuses: string[];
  /** Artifacts by their place, and how often each was put there. */
  readonly artifacts: Map<string, { bytes: Buffer; times: number }>;
}

type Body = Readonly<Record<string, unknown>>;
type Answer = readonly [status: number, body: object | string];

/**
 * A server with the part of MLflow 3.17's REST API that the logger uses, its limits and its error codes, as seen by
 * asking `mlflow server`.
 */
export class FakeMlflow {
  readonly experiments: string[] = [];
  readonly runs: FakeRun[] = [];
  readonly calls: string[] = [];
  readonly logins: (string | undefined)[] = [];
  mode: 'answers' | 'silent' | Answer = 'answers';
  /** Where runs keep artifacts: `mlflow-artifacts:/` for a server that passes them on. */
  artifactStore = 'mlflow-artifacts:/';
  /** A call that is carried out once without its answer arriving. */
  loseAnswerTo: string | null = null;
  private server: Server | null = null;
  private port = 0;

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.server = createServer((request, response) => void this.serve(request, response));
    await new Promise<void>((done) => this.server?.listen(this.port, '127.0.0.1', done));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (server === null) return;
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const url = new URL(request.url ?? '', this.address);
    const call = url.pathname.replace('/api/2.0/mlflow/', '');
    this.calls.push(call);
    this.logins.push(request.headers.authorization);
    if (this.mode === 'silent') return;
    if (request.method === 'PUT') {
      const [status, answer] = Array.isArray(this.mode) ? (this.mode as Answer) : this.keep(url, bytes);
      // The server answers a file with status 200 and nothing.
      response.writeHead(status).end(status === 200 ? '' : JSON.stringify(answer));
      return;
    }
    const text = bytes.toString();
    const body = (text === '' ? Object.fromEntries(url.searchParams) : JSON.parse(text)) as Body;
    const [status, answer] = Array.isArray(this.mode) ? (this.mode as Answer) : this.answer(call, body);
    if (this.loseAnswerTo === call) {
      this.loseAnswerTo = null;
      response.destroy();
      return;
    }
    response.writeHead(status).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }

  private answer(call: string, body: Body): Answer {
    switch (call) {
      case 'experiments/get-by-name': {
        const id = this.experiments.indexOf(String(body['experiment_name']));
        if (id < 0) return refusal(404, 'RESOURCE_DOES_NOT_EXIST', 'Could not find experiment');
        return [200, { experiment: { experiment_id: String(id) } }];
      }
      case 'experiments/create':
        return [200, { experiment_id: String(this.experiments.push(String(body['name'])) - 1) }];
      case 'runs/get': {
        const id = String(body['run_id']);
        const experiment = this.runs.find((run) => run.id === id)?.experiment ?? '';
        const place = `${this.experiments.indexOf(experiment)}/${id}/artifacts`;
        return [200, { run: { info: { run_id: id, artifact_uri: `${this.artifactStore}${place}` } } }];
      }
      case 'runs/create':
        return this.create(body);
      case 'runs/search': {
        const found = this.runs.filter(({ tags }) =>
          String(body['filter']).endsWith(`= '${tags['fulgur.launch'] ?? ''}'`),
        );
        return [200, found.length === 0 ? {} : { runs: found.map(({ id }) => ({ info: { run_id: id } })) }];
      }
      default:
        return this.change(call, body);
    }
  }

  /** As `--serve-artifacts` does: the run's folder is that of its experiment and its id. */
  private keep({ pathname }: URL, bytes: Buffer): Answer {
    const parts = pathname.split('/').map(decodeURIComponent);
    const [experiment, id, root, ...place] = parts.slice(5);
    const run = this.runs.find((one) => one.id === id);
    const isOwn =
      parts.slice(1, 5).join('/') === 'api/2.0/mlflow-artifacts/artifacts' && root === 'artifacts';
    if (run === undefined || !isOwn || this.experiments[Number(experiment)] !== run.experiment) {
      return refusal(400, 'INVALID_PARAMETER_VALUE', `Invalid path ${pathname}`);
    }
    const path = place.join('/');
    run.artifacts.set(path, { bytes, times: (run.artifacts.get(path)?.times ?? 0) + 1 });
    return [200, {}];
  }

  private create(body: Body): Answer {
    const pairs = body['tags'] as { key: string; value: string }[];
    const run: FakeRun = {
      id: `run${this.runs.length}`,
      experiment: this.experiments[Number(body['experiment_id'])] ?? '?',
      name: String(body['run_name']),
      tags: Object.fromEntries(pairs.map(({ key, value }) => [key, value])),
      params: {},
      metrics: [],
      known: new Set(),
      statuses: [],
      artifacts: new Map(),
    };
    this.runs.push(run);
    return [200, { run: { info: { run_id: run.id } } }];
  }

  private change(call: string, body: Body): Answer {
    const run = this.runs.find(({ id }) => id === body['run_id']);
    if (run === undefined) {
      return refusal(404, 'RESOURCE_DOES_NOT_EXIST', `Run with id=${String(body['run_id'])} not found`);
    }
    if (call === 'runs/update') {
      run.statuses.push(String(body['status']));
      return [200, {}];
    }
    const { metrics = [], params = [] } = body as { metrics?: Metric[]; params?: Metric[] };
    if (metrics.length > 1000 || params.length > 100)
      return refusal(400, 'INVALID_PARAMETER_VALUE', 'Too many');
    const bad = [...metrics, ...params].find(({ key }) => !/^[\w\-. :/]{1,250}$/.test(key));
    if (bad !== undefined) return refusal(400, 'INVALID_PARAMETER_VALUE', `Invalid name ${bad.key}`);
    for (const { key, value } of params) {
      if ((run.params[key] ??= String(value)) !== value) {
        return refusal(400, 'INVALID_PARAMETER_VALUE', 'Changing param values is not allowed.');
      }
    }
    for (const metric of metrics) {
      if (!run.known.has(JSON.stringify(metric))) run.metrics.push(metric);
      run.known.add(JSON.stringify(metric));
    }
    return [200, {}];
  }
}

function refusal(status: number, code: string, message: string): Answer {
  return [status, { error_code: code, message }];
}
