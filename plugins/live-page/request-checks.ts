import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What is known of a request before it is answered. */
export interface AskedFor {
  readonly method: string;
  /** As it stands in the request's first line. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turns, repeated ones too. */
  readonly rawHeaders: readonly string[];
}

/** Why a request is not answered. */
export interface RefusedRequest {
  readonly status: number;
  readonly reason: string;
}

const longestTarget = 512;
/** Names that mean this machine to every browser: no other site can be called so. */
const ownNames = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Why a request is refused that no page of this server would make; `null` where it may be answered, if its token is right.
 *
 * @param host address that the server listens at, besides which only names of this machine are its own.
 */
export function refusalOf(asked: AskedFor, host: string): RefusedRequest | null {
  return formProblem(asked) ?? hostProblem(asked, host) ?? originProblem(asked);
}

function formProblem({ method, target, headers }: AskedFor): RefusedRequest | null {
  if (method !== 'GET' && method !== 'HEAD') {
    return { status: 405, reason: 'This server is only read: it takes GET and HEAD.' };
  }
  if (target.length > longestTarget) {
    return { status: 414, reason: `An address has at most ${longestTarget} characters here.` };
  }
  if (!target.startsWith('/') || target.startsWith('//')) {
    return { status: 400, reason: 'The address is to be a path.' };
  }
  if (!/^[\w./-]*$/.test(target)) {
    return {
      status: 400,
      reason: 'Addresses here have letters, digits, dots and slashes only, and no query.',
    };
  }
  if (target.split('/').some((part) => part.startsWith('.'))) {
    return { status: 400, reason: 'No part of an address begins with a dot here.' };
  }
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0) {
    return { status: 400, reason: 'A request has no body here.' };
  }
  if (headers.upgrade !== undefined) {
    return { status: 400, reason: 'This server speaks HTTP/1.1 only.' };
  }
  return null;
}

/** A site whose name is made to mean this machine (DNS rebinding) is told by the name that it is called by. */
function hostProblem({ rawHeaders, headers }: AskedFor, host: string): RefusedRequest | null {
  const given = rawHeaders.filter((_, at) => at % 2 === 0 && rawHeaders[at]?.toLowerCase() === 'host');
  const name = hostName(headers.host ?? '');
  const own = [...ownNames, host, `[${host}]`].includes(name);
  return given.length === 1 && own
    ? null
    : { status: 421, reason: 'The Host header is not the name of this server.' };
}

/** `localhost` of `localhost:8420`; the port may be another, as of a tunnel. */
function hostName(text: string): string {
  return (/^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.exec(text)?.[1] ?? '').toLowerCase();
}

/** Pages of other sites, and of other servers of this machine, may lead to the page, and read nothing. */
function originProblem({ target, headers }: AskedFor): RefusedRequest | null {
  const { origin, host = '' } = headers;
  if (origin !== undefined && origin !== `http://${host}`) {
    return { status: 403, reason: 'The request comes from a page of another origin.' };
  }
  const site = headers['sec-fetch-site'] ?? 'none';
  if (site === 'same-origin' || site === 'none') return null;
  const isLink = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return isLink && target === '/'
    ? null
    : { status: 403, reason: 'The request comes from a page of another site.' };
}

/** Whether a request brings the token; how long it takes to say so tells nothing of it. */
export class TokenCheck {
  private readonly expected: Buffer;

  constructor(token: string) {
    this.expected = digest(token);
  }

  isRight(authorization: string | undefined): boolean {
    const given = /^Bearer ([\w-]{1,128})$/.exec(authorization ?? '')?.[1] ?? '';
    return timingSafeEqual(digest(given), this.expected);
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
