import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** A server on this machine that serves one file under every path, as well or as badly as a test asks for. */
export class ArchiveServer {
  readonly ranges: (string | undefined)[] = [];
  /** Bytes after which the connection breaks, for each request in turn; then none breaks. */
  breaks: number[] = [];
  /** What it does instead of serving the file. */
  behaviour: 'serve' | 'ignore-ranges' | 'not-found' | 'silent' | 'endless' | 'drip' = 'serve';
  /** What requests said of who they are. */
  readonly logins: (string | undefined)[] = [];
  readonly #server: Server;

  constructor(readonly content: Buffer) {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/cifar-10-binary.tar.gz`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { range } = request.headers;
    this.ranges.push(range);
    this.logins.push(request.headers.authorization);
    if (this.behaviour === 'silent') return;
    if (this.behaviour === 'not-found') {
      response.writeHead(404).end('gone');
      return;
    }
    if (this.behaviour === 'endless' || this.behaviour === 'drip') {
      const piece = Buffer.alloc(this.behaviour === 'endless' ? 1 << 16 : 1);
      const timer = setInterval(() => response.write(piece), 5);
      response.once('close', () => clearInterval(timer));
      return;
    }
    const wanted = this.behaviour === 'serve' ? /^bytes=(\d+)-$/.exec(range ?? '') : null;
    const start = Number(wanted?.[1] ?? 0);
    const total = this.content.length;
    if (start >= total) {
      response.writeHead(416, { 'content-range': `bytes */${total}` }).end();
      return;
    }
    const body = this.content.subarray(start);
    response.writeHead(wanted === null ? 200 : 206, {
      'content-length': body.length,
      ...(wanted !== null && { 'content-range': `bytes ${start}-${total - 1}/${total}` }),
    });
    const breakAfter = this.breaks.shift();
    if (breakAfter === undefined) response.end(body);
    else response.write(body.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), 30));
  }
}
