import type { LiveSnapshot, LiveUpdate } from '../../../src/contracts';

/** What a page has read: the snapshot, then updates. */
export interface Visit {
  readonly snapshots: LiveSnapshot[];
  readonly updates: LiveUpdate[];
  readonly ids: string[];
  /** When the server has closed the line. */
  readonly over: Promise<void>;
  leave(): void;
}

/** The page's address in what a run says. */
export function addressIn(messages: readonly string[]): string {
  const found = messages.flatMap((text) => /http:\/\/\S+#\S+/.exec(text)?.[0] ?? []);
  if (found.length !== 1) throw new Error(`${found.length} addresses were printed`);
  return found[0] ?? '';
}

export function fetchFrom(
  address: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { origin, hash } = new URL(address);
  return fetch(`${origin}/${path}`, { headers: { Authorization: `Bearer ${hash.slice(1)}`, ...headers } });
}

/** Reads events, as the page does. Resolves with the first of them. */
export async function visit(address: string, lastId?: string): Promise<Visit> {
  const abort = new AbortController();
  const { origin, hash } = new URL(address);
  const response = await fetch(`${origin}/events`, {
    headers: {
      Authorization: `Bearer ${hash.slice(1)}`,
      ...(lastId === undefined ? {} : { 'Last-Event-ID': lastId }),
    },
    signal: abort.signal,
  });
  if (response.body === null || !response.ok) throw new Error(`answered with ${response.status}`);
  const found: Omit<Visit, 'over' | 'leave'> = { snapshots: [], updates: [], ids: [] };
  let begun = (): void => undefined;
  const first = new Promise<void>((resolve) => (begun = resolve));
  const over = read(response.body, found, begun);
  await Promise.race([first, over]);
  return { ...found, over, leave: () => abort.abort() };
}

async function read(
  body: NonNullable<Response['body']>,
  { snapshots, updates, ids }: Omit<Visit, 'over' | 'leave'>,
  begun: () => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const piece of body) {
      const events = (rest + decoder.decode(piece, { stream: true })).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) {
        const [, kind, id, data] = /^event: (\w+)\nid: (\S+)\ndata: (.*)$/.exec(event) ?? [];
        if (kind === undefined || id === undefined || data === undefined) continue;
        ids.push(id);
        if (kind === 'snapshot') snapshots.push(JSON.parse(data) as LiveSnapshot);
        else updates.push(JSON.parse(data) as LiveUpdate);
        begun();
      }
    }
  } catch {
    // The visitor has left.
  }
  begun();
}
