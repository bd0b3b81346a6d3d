import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { formatBytes } from '../../../errors';
import { startTimer, untilAborted, withoutLogin } from '../../../system';
import type { RunningTimer } from '../../../system';
import { reasonOf } from '../data-errors';

/** How long a server may be silent. */
export interface Patience {
  /** Milliseconds until the response starts (default: 5 seconds). */
  readonly connectMs?: number;
  /** Milliseconds between two chunks of the response (default: 30 seconds). */
  readonly stallMs?: number;
  /** Milliseconds within which at least `leastBytes` must arrive (default: a minute). */
  readonly paceMs?: number;
  /** Fewer bytes than this within `paceMs` count as none (default: 64 kB). */
  readonly leastBytes?: number;
}

export interface TransferOptions extends Patience {
  /** More bytes than the whole file has (default: no limit). */
  readonly mostBytes?: number;
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The server was unreachable, refused or stopped responding; the bytes received stay in the file. */
export class TransferError extends Error {
  constructor(
    readonly reason: string,
    /** Whether another attempt may succeed. */
    readonly passing: boolean,
    cause?: unknown,
  ) {
    super(reason, { cause });
    this.name = 'TransferError';
  }
}

/**
 * Fetches the missing part of a file: continues at its end, or starts again if the server cannot do so. Everything has
 * reached the disk when the promise settles.
 *
 * @throws TransferError
 */
export async function transfer(url: string, file: string, options: TransferOptions = {}): Promise<void> {
  const { connectMs = 5_000, stallMs = 30_000, paceMs = 60_000, leastBytes = 64_000 } = options;
  const { mostBytes = Infinity, onProgress, signal } = options;
  const clock = new Clock(signal);
  const handle = await open(file, 'a');
  try {
    clock.allow(connectMs, `no response within ${connectMs / 1000} s`);
    const offset = (await stat(file)).size;
    const { address, authorization } = withoutLogin(url);
    const response = await fetch(address, {
      signal: clock.signal,
      headers: {
        'accept-encoding': 'identity',
        ...(authorization !== null && { authorization }),
        ...(offset > 0 && { range: `bytes=${offset}-` }),
      },
    });
    const { start, total } = await beginning(response, offset);
    if ((total ?? 0) > mostBytes) {
      await response.body?.cancel();
      throw tooLarge(`announces ${formatBytes(total ?? 0)}`, mostBytes);
    }
    if (start !== offset) await handle.truncate(start);
    if (start === total) return await response.body?.cancel();
    clock.allow(stallMs, `the server sent nothing for ${stallMs / 1000} s`);
    const pace = new Pace(start, paceMs, leastBytes);
    const body = append(response, handle, start, (at) => {
      if (at > mostBytes) throw tooLarge('continued to send', mostBytes);
      pace.check(at);
      clock.allow(stallMs, `the server sent nothing for ${stallMs / 1000} s`);
      onProgress?.(at, total);
    });
    const done = await untilAborted(clock.signal, body);
    if (total !== null && done < total) {
      throw new TransferError(`the connection ended after ${done} of ${total} bytes`, true);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw clock.verdict ?? asTransferError(error);
  } finally {
    clock.stop();
    await handle.sync();
    await handle.close();
  }
}

const diskErrors: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EFBIG']);

/** Returns where the body starts within the file, and the file's length. */
async function beginning(
  response: Response,
  offset: number,
): Promise<{ start: number; total: number | null }> {
  const { status } = response;
  if (status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    if (range !== null && Number(range[1]) === offset) {
      return { start: offset, total: range[2] === '*' ? null : Number(range[2]) };
    }
  }
  if (status === 200) {
    const length = response.headers.get('content-length');
    return { start: 0, total: length === null ? null : Number(length) };
  }
  await response.body?.cancel();
  // 416: nothing is missing; the checksum will show whether the file is correct.
  if (status === 416 && offset > 0) return { start: offset, total: offset };
  throw new TransferError(`the server responded with ${status} ${response.statusText}`.trim(), status >= 500);
}

async function append(
  response: Response,
  handle: FileHandle,
  start: number,
  onBytes: (at: number) => void,
): Promise<number> {
  let at = start;
  if (response.body === null) return at;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    await handle.appendFile(chunk);
    at += chunk.length;
    onBytes(at);
  }
  return at;
}

function asTransferError(error: unknown): unknown {
  if (error instanceof TransferError) return error;
  const { cause, code } = error as { cause?: unknown; code?: string };
  // An error of the file system has nothing to do with the connection.
  if (code !== undefined && diskErrors.has(code)) return error;
  return new TransferError(reasonOf(cause ?? error), !isDead(cause), error);
}

/** Whether there is no server to talk to, so that another attempt within seconds is pointless. */
function isDead(cause: unknown): boolean {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  return ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code);
}

function tooLarge(does: string, mostBytes: number): TransferError {
  return new TransferError(
    `the server ${does}, and the file has fewer than ${formatBytes(mostBytes)}`,
    false,
  );
}

/** Ensures a minimum speed: a server that sends single bytes never counts as silent otherwise. */
class Pace {
  #since = performance.now();

  constructor(
    private from: number,
    private readonly withinMs: number,
    private readonly leastBytes: number,
  ) {}

  check(at: number): void {
    const now = performance.now();
    if (now - this.#since < this.withinMs) return;
    const bytes = at - this.from;
    if (bytes < this.leastBytes) {
      const seconds = this.withinMs / 1000;
      throw new TransferError(
        `the server sent ${formatBytes(bytes)} in ${seconds} s, which is too slow`,
        true,
      );
    }
    this.#since = now;
    this.from = at;
  }
}

/** Aborts a request that has been silent for too long. */
class Clock {
  readonly #controller = new AbortController();
  readonly #forward = (): void => this.#controller.abort();
  #timer: RunningTimer | undefined;
  verdict: TransferError | null = null;

  constructor(private readonly outer: AbortSignal | undefined) {
    if (outer?.aborted === true) this.#forward();
    outer?.addEventListener('abort', this.#forward);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  allow(milliseconds: number, otherwise: string): void {
    this.#timer?.cancel();
    this.#timer = startTimer(milliseconds, () => {
      this.verdict = new TransferError(otherwise, true);
      this.#controller.abort();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.outer?.removeEventListener('abort', this.#forward);
  }
}
