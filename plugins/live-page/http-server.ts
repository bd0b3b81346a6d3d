import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Feed } from './feed';
import type { OtherRuns } from './other-runs';
import { TokenCheck, refusalOf } from './request-checks';

/** A file of the page, the same for every run: it holds nothing of this one. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** A picture of the run by its place among the page's addresses. */
export type FindImage = (path: string) => Uint8Array | null;

export interface PageServerParts {
  /** Of the address that it listens at. */
  readonly host: string;
  readonly token: string;
  /** By path: `/`, `/live.js`. */
  readonly files: ReadonlyMap<string, PageFile>;
  readonly feed: Feed;
  /** Is called before a reader is given a snapshot: what is new is to be published first. */
  readonly onReader?: () => void;
  readonly runs: OtherRuns;
  readonly image: FindImage;
}

export interface ServerLimits {
  /** Sockets at once: readers, and pages that load. */
  readonly connections: number;
  /** Milliseconds in which a request must have come, and how often that is looked at. */
  readonly requestMs: number;
  readonly checkMs: number;
}

const defaultServerLimits: ServerLimits = { connections: 512, requestMs: 5000, checkMs: 1000 };
const mostHeaderBytes = 8192;
const requestsOfSocket = 100;
/** Milliseconds without any byte after which a socket is closed; readers get one every ten seconds. */
const idleMs = 30_000;

const everyAnswer = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/** The server of a live page: it answers GET and HEAD of a few addresses, and all but the empty page wants the token. */
export function pageServer(parts: PageServerParts, limits = defaultServerLimits): Server {
  const tokenCheck = new TokenCheck(parts.token);
  const options = {
    ...{ maxHeaderSize: mostHeaderBytes, insecureHTTPParser: false, requireHostHeader: true },
    ...{ headersTimeout: limits.requestMs, requestTimeout: limits.requestMs },
    ...{ keepAliveTimeout: limits.requestMs, connectionsCheckingInterval: limits.checkMs },
  };
  const server = createServer(options, (request, response) => {
    answer(parts, tokenCheck, request, response).catch(() => response.destroy());
  });
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = requestsOfSocket;
  server.setTimeout(idleMs);
  const turnAway = (socket: Socket, status: string): void => {
    socket.on('error', () => undefined);
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    // A client that does not read that either.
    socket.destroySoon();
  };
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else turnAway(socket as Socket, statusOfError(error.code));
  });
  for (const event of ['upgrade', 'connect'] as const) {
    server.on(event, (_: IncomingMessage, socket: Socket) => turnAway(socket, '400 Bad Request'));
  }
  server.on('checkContinue', (_: IncomingMessage, response: ServerResponse) => {
    refuse(response, 417, 'A request has no body here.');
  });
  server.on('checkExpectation', (_: IncomingMessage, response: ServerResponse) => {
    refuse(response, 417, 'A request has no body here.');
  });
  return server;
}

function statusOfError(code: string | undefined): string {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
}

async function answer(
  parts: PageServerParts,
  tokenCheck: TokenCheck,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url: target = '', headers, rawHeaders } = request;
  const refusal = refusalOf({ method, target, headers, rawHeaders }, parts.host);
  const file = parts.files.get(target);
  if (refusal !== null) refuse(response, refusal.status, refusal.reason);
  else if (file !== undefined) send(response, request, file.type, file.bytes);
  else if (!tokenCheck.isRight(headers.authorization)) {
    refuse(response, 401, 'Open the address that the run printed: it ends with a token.');
  } else await answerReader(parts, target, request, response);
}

/** Answers a request with the right token. */
async function answerReader(
  { feed, runs, image, onReader }: PageServerParts,
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const id = /^\/runs\/(\d{1,6})$/.exec(target)?.[1];
  const picture = image(target.slice(1));
  if (target === '/events') {
    onReader?.();
    openEvents(feed, request, response);
  } else if (target === '/runs') sendJson(response, request, await runs.list());
  else if (picture !== null) send(response, request, 'image/png', picture);
  else if (id === undefined) refuse(response, 404, 'There is nothing at this address.');
  else {
    const run = await runs.read(Number(id));
    if (run === null) refuse(response, 404, 'There is no such run, or nothing that a page could show.');
    else sendJson(response, request, run);
  }
}

function openEvents(feed: Feed, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET') {
    refuse(response, 405, 'Events are taken by GET.');
    return;
  }
  if (feed.isFull) {
    refuse(response, 503, 'This page has as many readers as it takes.');
    return;
  }
  const lastId = request.headers['last-event-id'];
  response.writeHead(200, { ...everyAnswer, 'Content-Type': 'text/event-stream; charset=utf-8' });
  response.on('error', () => undefined);
  const leave = feed.join(response, typeof lastId === 'string' ? lastId : undefined, performance.now());
  response.on('close', leave);
}

function send(response: ServerResponse, request: IncomingMessage, type: string, bytes: Uint8Array): void {
  response.writeHead(200, { ...everyAnswer, 'Content-Type': type, 'Content-Length': bytes.length });
  if (request.method === 'HEAD') response.end();
  else response.end(bytes);
}

function sendJson(response: ServerResponse, request: IncomingMessage, value: unknown): void {
  send(response, request, 'application/json; charset=utf-8', Buffer.from(JSON.stringify(value)));
}

/** Says why, and closes the connection: whoever asks so is no page of this server. */
function refuse(response: ServerResponse, status: number, reason: string): void {
  const bytes = Buffer.from(`${reason}\n`);
  response.writeHead(status, {
    ...everyAnswer,
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': bytes.length,
    Connection: 'close',
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
  });
  response.end(bytes);
}
