import type { LiveSnapshot, LiveUpdate } from '../../src';

/** The response to a reader's request, to which its events are written. */
export interface EventStream {
  /** Whether earlier writes have not yet been sent. */
  readonly writableNeedDrain: boolean;
  write(bytes: Uint8Array): boolean;
  end(): void;
  destroy(): void;
}

/** An event as sent to readers: its bytes are the same for all of them. */
interface Sent {
  readonly serial: number;
  readonly bytes: Buffer;
}

interface Reader {
  readonly stream: EventStream;
  /** The newest event that it was sent; -1 for none. */
  serial: number;
  /** Time on a monotonic clock, in milliseconds, at which it was found not to have read. */
  stalledSince: number | null;
}

export interface FeedLimits {
  /** Maximum number of simultaneous readers. */
  readonly readers: number;
  /** Bytes kept for readers that reconnect. */
  readonly keptBytes: number;
  /** Milliseconds after which a reader that reads nothing is dropped. */
  readonly stalledMs: number;
}

const signOfLife = Buffer.from(': \n\n');

export const defaultLimits: FeedLimits = { readers: 256, keptBytes: 1 << 20, stalledMs: 15_000 };

/**
 * Server-sent events for any number of readers. Each reader receives a snapshot and then updates; one that reconnects
 * receives what it missed, or a snapshot if that is no longer kept. Bytes are made once for all readers, and a reader
 * is written to only when it has read the previous events: one that reads nothing costs a shared snapshot, and is
 * dropped.
 */
export class Feed {
  private readonly readers = new Set<Reader>();
  private readonly kept: Sent[] = [];
  private keptBytes = 0;
  private serial = 0;
  private snapshotSent: Sent | null = null;

  /** @param start distinguishes the events of this start of the run from those of others. */
  constructor(
    private readonly start: string,
    private readonly snapshot: () => LiveSnapshot,
    private readonly limits: FeedLimits = defaultLimits,
  ) {}

  get readerCount(): number {
    return this.readers.size;
  }

  get isFull(): boolean {
    return this.readers.size >= this.limits.readers;
  }

  /**
   * Starts sending events to a reader.
   *
   * @param lastId the last event that the reader received, from its `Last-Event-ID` header.
   * @returns a function that stops sending, to be called when the reader has gone.
   */
  join(stream: EventStream, lastId: string | undefined, now: number): () => void {
    const reader: Reader = { stream, serial: this.serialOf(lastId), stalledSince: null };
    this.readers.add(reader);
    stream.write(Buffer.from('retry: 2000\n\n'));
    this.serve(reader, now);
    return () => this.readers.delete(reader);
  }

  /** Publishes an update. */
  publish(update: LiveUpdate, now: number): void {
    this.serial += 1;
    this.snapshotSent = null;
    const sent = { serial: this.serial, bytes: this.bytesOf('update', this.serial, update) };
    this.kept.push(sent);
    this.keptBytes += sent.bytes.length;
    while (this.keptBytes > this.limits.keptBytes) this.keptBytes -= this.kept.shift()?.bytes.length ?? 0;
    for (const reader of this.readers) this.serve(reader, now);
  }

  /**
   * Sends readers the events that did not fit before, and drops those that read nothing.
   *
   * @param sign whether the other readers are sent a keep-alive.
   */
  look(now: number, sign: boolean): void {
    for (const reader of this.readers) {
      if (reader.serial < this.serial) this.serve(reader, now);
      else if (!this.isStalled(reader, now) && sign) reader.stream.write(signOfLife);
    }
  }

  /** Closes all connections; what was already written is still delivered to those that read. */
  end(): void {
    for (const { stream } of this.readers) stream.end();
    this.readers.clear();
  }

  private serve(reader: Reader, now: number): void {
    if (this.isStalled(reader, now)) return;
    const missed = this.missedBy(reader.serial);
    for (const { bytes } of missed) reader.stream.write(bytes);
    reader.serial = this.serial;
  }

  private isStalled(reader: Reader, now: number): boolean {
    if (!reader.stream.writableNeedDrain) {
      reader.stalledSince = null;
      return false;
    }
    reader.stalledSince ??= now;
    if (now - reader.stalledSince >= this.limits.stalledMs) {
      this.readers.delete(reader);
      reader.stream.destroy();
    }
    return true;
  }

  private missedBy(serial: number): readonly Sent[] {
    if (serial === this.serial) return [];
    const first = this.kept[0]?.serial ?? Infinity;
    if (serial >= 0 && serial + 1 >= first) return this.kept.slice(serial + 1 - first);
    this.snapshotSent ??= {
      serial: this.serial,
      bytes: this.bytesOf('snapshot', this.serial, this.snapshot()),
    };
    return [this.snapshotSent];
  }

  /** Returns -1 if it is not an event of this start. */
  private serialOf(id: string | undefined): number {
    const [start, serial] = (id ?? '').split('.');
    const number = /^\d{1,15}$/.test(serial ?? '') ? Number(serial) : -1;
    return start === this.start && number <= this.serial ? number : -1;
  }

  private bytesOf(event: string, serial: number, data: object): Buffer {
    return Buffer.from(`event: ${event}\nid: ${this.start}.${serial}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
