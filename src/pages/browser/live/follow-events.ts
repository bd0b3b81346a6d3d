/** State of the connection to the server. */
export type Connection = 'connecting' | 'open' | 'lost' | 'refused' | 'full';

export interface EventListener {
  onEvent(event: string, data: string): void;
  onConnection(connection: Connection): void;
}

/**
 * The server sends a keep-alive every ten seconds: a connection that is silent for longer is dead, as after a laptop
 * has slept.
 */
const silentMs = 25_000;
const longestWaitMs = 15_000;
/** A hidden page closes its connection, since browsers allow six per server. */
const hiddenMs = 30_000;

/**
 * Follows server-sent events as `EventSource` does: it reconnects by itself and sends the id of the last event. It does
 * not use `EventSource`, which cannot send the token in a header, while a cookie would be sent to every server on this
 * machine.
 */
export class EventFollower {
  private lastId: string | null = null;
  private isOver = false;
  private current: AbortController | null = null;
  private wake: (() => void) | null = null;
  private hideTimer = 0;

  constructor(
    private readonly path: string,
    private readonly token: string,
    private readonly listener: EventListener,
  ) {
    document.addEventListener('visibilitychange', () => {
      this.watchVisibility();
    });
    window.addEventListener('online', () => this.wake?.());
    void this.run();
  }

  /** No more events will follow. */
  stop(): void {
    this.isOver = true;
    this.current?.abort();
    this.wake?.();
  }

  private watchVisibility(): void {
    window.clearTimeout(this.hideTimer);
    if (document.visibilityState === 'visible') this.wake?.();
    else this.hideTimer = window.setTimeout(() => this.current?.abort(), hiddenMs);
  }

  private async run(): Promise<void> {
    let waitMs = 500;
    while (!this.over()) {
      const connection = await this.follow(() => (waitMs = 500));
      if (this.over()) return;
      this.listener.onConnection(connection);
      if (connection === 'refused') return;
      await this.rest(connection === 'full' ? longestWaitMs : waitMs);
      waitMs = Math.min(longestWaitMs, waitMs * 2);
    }
  }

  private over(): boolean {
    return this.isOver;
  }

  /** Reads one response to its end; returns what ended it. */
  private async follow(onOpen: () => void): Promise<Connection> {
    const abort = (this.current = new AbortController());
    let timer = 0;
    const guard = (): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        abort.abort();
      }, silentMs);
    };
    guard();
    try {
      const response = await fetch(this.path, {
        headers: {
          Authorization: `Bearer ${this.token}`,
          ...(this.lastId === null ? {} : { 'Last-Event-ID': this.lastId }),
        },
        cache: 'no-store',
        signal: abort.signal,
      });
      if (response.status === 401 || response.status === 403) return 'refused';
      if (response.status === 503) return 'full';
      if (!response.ok || response.body === null) return 'lost';
      onOpen();
      this.listener.onConnection('open');
      const parser = new EventParser((event, data, id) => {
        this.listener.onEvent(event, data);
        this.lastId = id ?? this.lastId;
      });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return 'lost';
        guard();
        parser.take(value);
      }
    } catch {
      return 'lost';
    } finally {
      window.clearTimeout(timer);
    }
  }

  /** Waits until the time is up and the page is visible, or until a retry is likely to succeed. */
  private async rest(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      window.setTimeout(() => {
        if (document.visibilityState === 'visible') resolve();
      }, ms);
    });
    this.wake = null;
  }
}

/** Assembles events from pieces of text (HTML standard, 9.2.6). */
export class EventParser {
  private rest = '';
  private event = '';
  private id: string | null = null;
  private data: string[] = [];

  constructor(private readonly onEvent: (event: string, data: string, id: string | null) => void) {}

  take(piece: string): void {
    const lines = (this.rest + piece).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.takeLine(line);
  }

  private takeLine(line: string): void {
    if (line === '') {
      if (this.data.length > 0) this.onEvent(this.event || 'message', this.data.join('\n'), this.id);
      this.event = '';
      this.data = [];
      return;
    }
    const at = line.indexOf(':');
    const [field, value] = at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1).replace(/^ /, '')];
    if (field === 'event') this.event = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id') this.id = value;
  }
}
