import { createConnection } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Feed, defaultLimits } from '../../../plugins/live-page/feed';
import type { FeedLimits } from '../../../plugins/live-page/feed';
import { pageServer } from '../../../plugins/live-page/http-server';
import type { ServerLimits } from '../../../plugins/live-page/http-server';
import { OtherRuns } from '../../../plugins/live-page/other-runs';
import type { LiveSnapshot } from '../../../src/contracts';

export const token = 'Zm9ydHktdHdvLWJ5dGVzLW9mLWEtcmFuZG9tLXRva2Vu';

export const emptySnapshot: LiveSnapshot = {
  facts: {
    ...{ experiment: 'toy', version: 'version_0', seed: 0, data: 'digits', device: 'CPU:0' },
    ...{ startedAt: 0, resumedFrom: null, config: {}, bands: [] },
  },
  ...{ curves: [], messages: [], images: [], progress: null, end: null, leftOut: 0 },
};

interface ServerOptions {
  readonly snapshot?: () => LiveSnapshot;
  readonly feedLimits?: Partial<FeedLimits>;
  readonly limits?: ServerLimits;
  readonly config?: unknown;
  /** Of the real page. */
  readonly page?: { readonly html: string; readonly style: string; readonly script: string };
}

/** A server of a page in this process, over a folder of runs of its own. */
export class TestServer {
  readonly root = mkdtempSync(join(tmpdir(), 'fulgur-live-'));
  readonly folder = join(this.root, 'toy', 'version_0');
  readonly feed: Feed;
  image = (path: string): Uint8Array | null => (path === 'images/0/7.png' ? Buffer.from('png') : null);
  private readonly server;

  constructor({
    snapshot = () => emptySnapshot,
    feedLimits = {},
    limits,
    config = {},
    page,
  }: ServerOptions = {}) {
    mkdirSync(this.folder, { recursive: true });
    this.feed = new Feed('start', snapshot, { ...defaultLimits, ...feedLimits });
    const parts = {
      ...{ host: '127.0.0.1', token, feed: this.feed },
      files: new Map([
        ['/', { type: 'text/html; charset=utf-8', bytes: Buffer.from(page?.html ?? '<!doctype html>') }],
        ['/live.js', { type: 'text/javascript; charset=utf-8', bytes: Buffer.from(page?.script ?? '1;') }],
        ['/live.css', { type: 'text/css; charset=utf-8', bytes: Buffer.from(page?.style ?? '') }],
      ]),
      runs: new OtherRuns(this.root, this.folder, config),
      image: (path: string) => this.image(path),
    };
    this.server = limits === undefined ? pageServer(parts) : pageServer(parts, limits);
  }

  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  connect(): Socket {
    return createConnection(this.port, '127.0.0.1').on('error', () => undefined);
  }

  /** Sends bytes as they are; what comes back until the server closes the connection. */
  async say(bytes: string | Buffer): Promise<string> {
    const socket = this.connect();
    socket.write(bytes);
    return allOf(socket);
  }

  /** A request of a page of this server, with some headers otherwise; `null` leaves one out. */
  async ask(line: string, changes: Readonly<Record<string, string | null>> = {}, body = ''): Promise<string> {
    return this.say(`${line} HTTP/1.1\r\n${this.head(changes)}\r\n${body}`);
  }

  head(changes: Readonly<Record<string, string | null>> = {}): string {
    const headers: Readonly<Record<string, string | null>> = {
      Host: `127.0.0.1:${this.port}`,
      Authorization: `Bearer ${token}`,
      Connection: 'close',
      ...changes,
    };
    return Object.entries(headers)
      .map(([name, value]) => (value === null ? '' : `${name}: ${value}\r\n`))
      .join('');
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}/#${token}`;
  }

  /** As when the process has gone, or the laptop sleeps. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  async close(): Promise<void> {
    this.feed.end();
    await this.stop();
    rmSync(this.root, { recursive: true, force: true });
  }
}

export async function allOf(socket: Socket): Promise<string> {
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  await new Promise((resolve) => socket.on('close', resolve));
  return Buffer.concat(pieces).toString();
}

/** `405 This server is only read.` of an answer; empty where there is none. */
export function gist(answer: string): string {
  const [, status = '', body = ''] = /^HTTP\/1\.1 (\d+).*?\r\n\r\n(.*)$/s.exec(answer) ?? [];
  return `${status} ${body}`.trim();
}
