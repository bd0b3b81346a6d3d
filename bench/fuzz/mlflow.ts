import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MlflowClient } from '../../plugins/mlflow-logger/mlflow-client';
import type { RandomStream } from '../../src/engine/random';
import { number, pick, times, tree, word } from './draws';
import { accepted, defect, refusalOf } from './outcome';
import type { Group } from './outcome';

/** Well below the client's own limit, for which a case would otherwise wait. */
const closingAfter = 400;
const statuses = [
  200, 200, 200, 200, 200, 200, 200, 200, 201, 204, 206, 301, 302, 304, 307, 400, 401, 403, 404, 408, 418,
  429, 500, 503, 599, 999,
];

type Answerer = (response: ServerResponse) => void;

/** Responses of a tracking server that is broken, hostile, or a different kind of server. */
export class MlflowAnswers implements Group {
  readonly name = 'mlflow';
  readonly limit = 5000;
  private server: Promise<Server> | null = null;
  private answer: Answerer = (response) => response.end();

  async run(draw: RandomStream) {
    this.server ??= this.listen();
    const { port } = (await this.server).address() as AddressInfo;
    this.answer = drawAnswer(draw);
    const trackingUri = `http://user:secret@127.0.0.1:${port}/${draw.chance(0.2) ? 'path/' : ''}`;
    const client = new MlflowClient({ trackingUri, token: null }, AbortSignal.timeout(closingAfter));
    try {
      const found = draw.chance(0.5)
        ? await client.get('experiments/get-by-name', { name: word(draw) })
        : await client.post('runs/log-batch', { metrics: tree(draw, 2) });
      return typeof found === 'object' ? accepted : defect(`gave ${typeof found}`);
    } catch (error) {
      const outcome = refusalOf(error, ['ServerProblem']);
      return outcome.verdict === 'refused' && outcome.message.includes('secret')
        ? defect('told the password')
        : outcome;
    }
  }

  async close(): Promise<void> {
    const server = await this.server;
    this.server = null;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server === null ? resolve() : server.close(() => resolve())));
  }

  private listen(): Promise<Server> {
    const server = createServer((request, response) => {
      request.resume();
      response.on('error', () => undefined);
      this.answer(response);
    });
    server.on('clientError', (_, socket) => socket.destroy());
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
  }
}

function drawAnswer(draw: RandomStream): Answerer {
  const status = pick(draw, statuses);
  const body = drawBody(draw);
  const kind = draw.below(10);
  const header = pick(draw, [
    ['content-type', 'application/json'],
    ['content-encoding', pick(draw, ['gzip', 'br', 'x'])],
    ['location', pick(draw, ['/', 'http://', 'file:///etc/passwd', '//[', 'http://127.0.0.1:1/'])],
    ['x-long', 'x'.repeat(1 << draw.below(15))],
    ['content-length', String(draw.below(1 << 20))],
    ['transfer-encoding', 'chunked'],
  ] as const);
  if (kind === 0) return (response) => response.socket?.destroy();
  if (kind === 1) return (response) => response.socket?.end(Buffer.concat([Buffer.from('HTTP/1.1 '), body]));
  if (kind === 2) {
    const raw = `HTTP/1.1 ${status} ${'a'.repeat(draw.below(4000))}\r\n${header.join(': ')}\r\n\r\n`;
    return (response) => response.socket?.end(Buffer.concat([Buffer.from(raw), body]));
  }
  if (kind === 3) return drip;
  if (kind === 4) {
    return (response) => {
      response.writeHead(200, { 'content-length': String(body.length + 10) });
      response.write(body, () => response.socket?.destroy());
    };
  }
  return (response) => {
    try {
      response.writeHead(status, { [header[0]]: header[1] });
      response.end(body, () => response.socket?.destroy());
    } catch {
      response.socket?.destroy();
    }
  };
}

/** A byte now and then, without an end. */
function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 10);
  response.on('close', () => clearInterval(timer));
}

function drawBody(draw: RandomStream): Buffer {
  const kind = draw.below(7);
  if (kind === 0) return Buffer.alloc(0);
  if (kind === 1) return Buffer.from(times(draw.below(300), () => draw.below(256)));
  if (kind === 2) return Buffer.from(`{"a":${'['.repeat(1 << draw.below(15))}`);
  if (kind === 3) return Buffer.from(JSON.stringify({ error_code: tree(draw, 1), message: tree(draw, 2) }));
  if (kind === 4)
    return Buffer.from(JSON.stringify({ error_code: word(draw), message: word(draw), n: number(draw) }));
  return Buffer.from(JSON.stringify(tree(draw, 3)));
}
