import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Feed } from './feed';
import type { OtherRuns } from './other-runs';
import { TokenCheck, refusalOf } from './request-checks';

/** A static file of the page; it is the same for every run and contains nothing about this one. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Returns a picture of the run by its path. */
export type FindImage = (path: string) => Uint8Array | null;

export interface PageServerParts {
  /** Host of the address at which it listens. */
  readonly host: string;
  readonly token: string;
  /** Static files by path: `/`, `/live.js`. */
  readonly files: ReadonlyMap<string, PageFile>;
  readonly feed: Feed;
  /** Called before a reader receives a snapshot, so that pending changes are published first. */
  readonly onReader?: () => void;
  readonly runs: OtherRuns;
  readonly image: FindImage;
}

export interface ServerLimits {
  /** Maximum number of open sockets, of readers and of pages that are loading. */
  readonly connections: number;
  /** Milliseconds within which a request must arrive, and the interval at which this is checked. */
  readonly requestMs: number;
  readonly checkMs: number;
}

const defaultServerLimits: ServerLimits = { connections: 512, requestMs: 5000, checkMs: 1000 };
const mostHeaderBytes = 8192;
const requestsOfSocket = 100;
/** Milliseconds without traffic after which a socket is closed; readers are sent a byte every ten seconds. */
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

/**
 * The server of a live page: it answers GET and HEAD for a few paths, and everything except the empty page requires the
 * token.
 */
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
    // The client does not read the response either.
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
    refuse(response, 417, 'Requests to this server must not have a body.');
  });
  server.on('checkExpectation', (_: IncomingMessage, response: ServerResponse) => {
    refuse(response, 417, 'Requests to this server must not have a body.');
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

/** Answers a request whose token is right. */
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
  else if (id === undefined) refuse(response, 404, 'Nothing was found at this address.');
  else {
    const run = await runs.read(Number(id));
    if (run === null) refuse(response, 404, 'The run does not exist, or a page can show nothing of it.');
    else sendJson(response, request, run);
  }
}

function openEvents(feed: Feed, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET') {
    refuse(response, 405, 'Events must be requested with GET.');
    return;
  }
  if (feed.isFull) {
    refuse(response, 503, 'This page has reached its maximum number of readers.');
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

/** Gives the reason and closes the connection: such a request does not come from a page of this server. */
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
