import type { Socket } from 'node:net';

/** What a rank says about itself when it arrives. */
export interface Hello {
  readonly rank: number;
  readonly worldSize: number;
  /** Where it will listen for the others. */
  readonly port: number;
  /** The word shared by the ranks of a job. */
  readonly token: string;
}

/** Why no rank gets addresses. */
export interface Refusal {
  /** The kind of the error that every rank throws. */
  readonly area: 'config' | 'ranks';
  readonly what: string;
  readonly fix: string;
}

/** Rank 0's only message to a rank. */
export type Answer =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'refusal'; readonly refusal: Refusal }
  | { readonly kind: 'another job' };

/** The largest hello, in bytes. */
export const longestHello = 4096;
/** The largest answer, in bytes: enough for the addresses of some ten thousand ranks. */
export const longestAnswer = 1 << 20;

/**
 * Resolves with the first line received; `null` if the connection ends before that, or the line is longer than `most`
 * bytes.
 */
export function firstLine(socket: Socket, most: number): Promise<string | null> {
  return new Promise((resolve) => {
    let text = Buffer.alloc(0);
    socket.on('data', (piece: Buffer) => {
      text = Buffer.concat([text, piece]);
      const end = text.indexOf('\n');
      if (end > most || (end < 0 && text.length > most)) resolve(null);
      else if (end >= 0) resolve(text.toString('utf8', 0, end));
      else return;
      socket.removeAllListeners('data');
      socket.resume();
    });
    socket.once('close', () => resolve(null));
  });
}

/** Returns `null` for a line that no rank would send. */
export function parseHello(line: string): Hello | null {
  const { rank, worldSize, port, token } = parseRecord(line);
  const fits =
    isWhole(rank, 0) &&
    isWhole(worldSize, 1) &&
    isWhole(port, 1) &&
    port <= 65_535 &&
    typeof token === 'string';
  return fits ? { rank, worldSize, port, token } : null;
}

/** Returns `null` for a line that rank 0 would not send. */
export function parseAnswer(line: string): Answer | null {
  const { kind, addresses, refusal } = parseRecord(line);
  if (kind === 'another job') return { kind };
  if (kind === 'addresses' && Array.isArray(addresses) && addresses.every((one) => typeof one === 'string')) {
    return { kind, addresses };
  }
  if (kind !== 'refusal' || typeof refusal !== 'object' || refusal === null) return null;
  const { area, what, fix } = refusal as Record<string, unknown>;
  const fits = (area === 'config' || area === 'ranks') && typeof what === 'string' && typeof fix === 'string';
  return fits ? { kind, refusal: { area, what, fix } } : null;
}

export function formatMessage(message: Hello | Answer): string {
  return `${JSON.stringify(message)}\n`;
}

function parseRecord(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isWhole(value: unknown, least: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least;
}
