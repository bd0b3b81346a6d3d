/** The code of a live page's thread: it loads nothing of the run, and no tensors. */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { LiveEnd, LiveImage, LiveProgress, LiveSnapshot, LiveUpdate } from '../../src';
import { Feed } from './feed';
import { pageServer } from './http-server';
import { OtherRuns } from './other-runs';
import { RunHistory } from './run-history';
import type { FromThread, ThreadSetup, ToThread } from './thread-messages';

/** Number of ports that are tried after a taken one before the system chooses. */
const portsTried = 20;
/** Milliseconds between two checks of readers that were not ready for more. */
const lookMs = 500;
/** Every Nth check also sends a keep-alive. */
const looksPerSign = 20;
const mostImages = 20;
/**
 * Up to this number of readers receive changes as they come; with more readers, changes are sent once per interval, in
 * milliseconds.
 */
const fewReaders = 10;
const crowdMs = 1000;

/** Changes that have not been published. */
const nothingNew = { images: false, progress: false, end: false };

class ShownRun {
  private readonly history = new RunHistory();
  private readonly images = new Map<string, { readonly image: LiveImage; readonly png: Uint8Array }>();
  private progress: LiveProgress | null = null;
  private end: LiveEnd | null = null;
  private news = nothingNew;

  constructor(private readonly setup: ThreadSetup) {
    this.history.restore(setup.curves);
    for (const message of setup.messages) this.history.addMessage(message);
    this.history.takeUpdate();
  }

  snapshot(): LiveSnapshot {
    const { history, progress, end } = this;
    return {
      ...{ facts: this.setup.facts, curves: history.points(), messages: history.messages, progress, end },
      ...{ images: this.listedImages(), leftOut: history.leftOutCount },
    };
  }

  take({ rows = [], values = [], messages = [], images = [], progress, end }: ToThread): void {
    for (const row of rows) this.history.addRow(row);
    for (const { name, step, value } of values) this.history.add(name, 'page', step, value);
    for (const message of messages) this.history.addMessage(message);
    for (const { png, ...image } of images) this.keepImage(image, png);
    this.progress = progress ?? this.progress;
    this.end = end ?? this.end;
    this.news = {
      images: this.news.images || images.length > 0,
      progress: this.news.progress || progress !== undefined,
      end: this.news.end || end !== undefined,
    };
  }

  /** Returns the changes since the last call; empty if there are none. */
  takeUpdate(): LiveUpdate {
    const { news, progress, end } = this;
    this.news = nothingNew;
    return {
      ...this.history.takeUpdate(),
      ...(news.images ? { images: this.listedImages() } : {}),
      ...(news.progress && progress !== null ? { progress } : {}),
      ...(news.end && end !== null ? { end } : {}),
    };
  }

  image(path: string): Uint8Array | null {
    return [...this.images.values()].find(({ image }) => image.path === path)?.png ?? null;
  }

  private keepImage(image: Omit<LiveImage, 'path'>, png: Uint8Array): void {
    const place = this.images.has(image.name)
      ? [...this.images.keys()].indexOf(image.name)
      : this.images.size;
    if (place >= mostImages) return;
    this.images.set(image.name, {
      image: { ...image, path: `images/${place}/${image.step}.png` },
      png,
    });
  }

  private listedImages(): LiveImage[] {
    return [...this.images.values()].map(({ image }) => image);
  }
}

/** Listens at the port, one of the next ports, or any port: two runs of one experiment each have a page. */
async function listen(server: Server, host: string, port: number): Promise<number> {
  const ports = port === 0 ? [] : Array.from({ length: portsTried }, (_, n) => port + n);
  for (const tried of [...ports.filter((one) => one < 65_536), 0]) {
    try {
      await listenAt(server, host, tried);
      return (server.address() as AddressInfo).port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tried === 0) throw error;
    }
  }
  return port;
}

function listenAt(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function main(): Promise<void> {
  const setup = workerData as ThreadSetup;
  const reply = (message: FromThread): void => parentPort?.postMessage(message);
  const run = new ShownRun(setup);
  const feed = new Feed(randomBytes(6).toString('hex'), () => run.snapshot());
  let publishedAt = -Infinity;
  const publish = (): void => {
    const update = run.takeUpdate();
    if (Object.keys(update).length === 0) return;
    publishedAt = performance.now();
    feed.publish(update, publishedAt);
  };
  const publishIfDue = (): void => {
    const everyMs = feed.readerCount > fewReaders ? crowdMs : 0;
    if (performance.now() - publishedAt >= everyMs) publish();
  };
  const server = pageServer({
    ...{ host: setup.host, token: setup.token, feed },
    files: new Map([
      ['/', { type: 'text/html; charset=utf-8', bytes: Buffer.from(setup.html) }],
      ['/live.js', { type: 'text/javascript; charset=utf-8', bytes: Buffer.from(setup.script) }],
      ['/live.css', { type: 'text/css; charset=utf-8', bytes: Buffer.from(setup.style) }],
    ]),
    onReader: () => publish(),
    runs: new OtherRuns(setup.root, setup.folder, setup.facts.config),
    image: (path) => run.image(path),
  });
  try {
    reply({ kind: 'listening', port: await listen(server, setup.host, setup.port) });
  } catch (error) {
    reply({ kind: 'unable', reason: error instanceof Error ? error.message : String(error) });
    return;
  }
  let looks = 0;
  const looking = setInterval(() => {
    looks += 1;
    publishIfDue();
    feed.look(performance.now(), looks % looksPerSign === 0);
  }, lookMs);
  parentPort?.on('message', (message: ToThread) => {
    run.take(message);
    // The end of a run is reported at once.
    if (message.end === undefined && message.echo === undefined) publishIfDue();
    else publish();
    if (message.echo !== undefined) reply({ kind: 'echo', echo: message.echo });
    if (message.last !== true) return;
    clearInterval(looking);
    feed.end();
    server.close();
    server.closeIdleConnections();
    parentPort?.close();
    // Do not wait for readers that do not read.
    setInterval(() => process.exit(), 300).unref();
    setInterval(() => server.closeAllConnections(), 200).unref();
  });
}

void main();
