import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The properties of a request that are checked before it is answered. */
export interface AskedFor {
  readonly method: string;
  /** The target as it appears in the request line. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** Alternating names and values, including repeated headers. */
  readonly rawHeaders: readonly string[];
}

/** The reason for which a request is rejected. */
export interface RefusedRequest {
  readonly status: number;
  readonly reason: string;
}

const longestTarget = 512;
/** Names that refer to this machine in every browser: no other site can have them. */
const ownNames = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Rejects requests that no page of this server would make; returns `null` for a request that may be answered if its
 * token is right.
 *
 * @param host address at which the server listens; apart from it, only names of this machine are accepted.
 */
export function refusalOf(asked: AskedFor, host: string): RefusedRequest | null {
  return formProblem(asked) ?? hostProblem(asked, host) ?? originProblem(asked);
}

function formProblem({ method, target, headers }: AskedFor): RefusedRequest | null {
  if (method !== 'GET' && method !== 'HEAD') {
    return { status: 405, reason: 'This server is read-only: it accepts GET and HEAD.' };
  }
  if (target.length > longestTarget) {
    return { status: 414, reason: `Addresses of this server have at most ${longestTarget} characters.` };
  }
  if (!target.startsWith('/') || target.startsWith('//')) {
    return { status: 400, reason: 'The address must be a path.' };
  }
  if (!/^[\w./-]*$/.test(target)) {
    return {
      status: 400,
      reason: 'Addresses of this server consist of letters, digits, dots and slashes, without a query.',
    };
  }
  if (target.split('/').some((part) => part.startsWith('.'))) {
    return { status: 400, reason: 'No part of an address may begin with a dot.' };
  }
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0) {
    return { status: 400, reason: 'Requests to this server must not have a body.' };
  }
  if (headers.upgrade !== undefined) {
    return { status: 400, reason: 'This server accepts HTTP/1.1 only.' };
  }
  return null;
}

/** A site whose name was made to resolve to this machine (DNS rebinding) is recognised by that name in the Host header. */
function hostProblem({ rawHeaders, headers }: AskedFor, host: string): RefusedRequest | null {
  const given = rawHeaders.filter((_, at) => at % 2 === 0 && rawHeaders[at]?.toLowerCase() === 'host');
  const name = hostName(headers.host ?? '');
  const own = [...ownNames, host, `[${host}]`].includes(name);
  return given.length === 1 && own
    ? null
    : { status: 421, reason: 'The Host header is not the name of this server.' };
}

/** Returns `localhost` for `localhost:8420`; the port may differ, as with a tunnel. */
function hostName(text: string): string {
  return (/^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.exec(text)?.[1] ?? '').toLowerCase();
}

/** Pages of other sites, and of other servers on this machine, may link to the page, but read nothing. */
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

/** Returns whether a request has the right token, in a time that reveals nothing about it. */
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
