import { Feed } from '../../../plugins/live-page/feed';
import type { EventStream } from '../../../plugins/live-page/feed';
import type { LiveSnapshot } from '../../../src/contracts';

/** A reader that takes all, or nothing while it is full. */
class FakeStream implements EventStream {
  writableNeedDrain = false;
  readonly written: Uint8Array[] = [];
  ended: 'end' | 'destroy' | null = null;

  write(bytes: Uint8Array): boolean {
    this.written.push(bytes);
    return !this.writableNeedDrain;
  }

  end(): void {
    this.ended = 'end';
  }

  destroy(): void {
    this.ended = 'destroy';
  }

  /** Events and their numbers, as `update 3`. */
  get events(): string[] {
    return [
      ...Buffer.concat(this.written)
        .toString()
        .matchAll(/event: (\w+)\nid: \w+\.(\d+)\n/g),
    ].map(([, event, id]) => `${event ?? ''} ${id ?? ''}`);
  }
}

function setUp(keptBytes = 1000) {
  let snapshots = 0;
  const feed = new Feed(
    'now',
    () => {
      snapshots += 1;
      return { leftOut: snapshots } as LiveSnapshot;
    },
    { readers: 3, keptBytes, stalledMs: 1000 },
  );
  const join = (lastId?: string) => {
    const stream = new FakeStream();
    const leave = feed.join(stream, lastId, 0);
    return { stream, leave };
  };
  return { feed, join, taken: () => snapshots };
}

it('sends a reader a snapshot, and then updates', () => {
  const { feed, join } = setUp();
  const { stream, leave } = join();
  feed.publish({ leftOut: 1 }, 0);
  feed.publish({ leftOut: 2 }, 0);
  leave();
  feed.publish({ leftOut: 3 }, 0);
  expect(stream.events).toEqual(['snapshot 0', 'update 1', 'update 2']);
});

it('sends a reader that reconnects what it missed, or a snapshot if that is gone', () => {
  const { feed, join } = setUp(200);
  for (let n = 1; n <= 10; n++) feed.publish({ leftOut: n }, 0);
  expect(join('now.9').stream.events).toEqual(['update 10']);
  expect(join('now.10').stream.events).toEqual([]);
  expect(join('now.2').stream.events).toEqual(['snapshot 10']);
});

it.each(['now.11', 'earlier.3', 'now.', 'now.-1', 'now.1e1', '', 'x', 'now.3.x'.repeat(50)])(
  'ignores the last event "%s" of another start, or of none',
  (lastId) => {
    const { feed, join } = setUp();
    feed.publish({ leftOut: 1 }, 0);
    expect(join(lastId).stream.events).toEqual(['snapshot 1']);
  },
);

it('makes one snapshot for all readers that connect at the same time', () => {
  const { feed, join, taken } = setUp();
  const streams = [join(), join(), join()].map(({ stream }) => stream);
  expect(taken()).toBe(1);
  expect(feed.isFull).toBe(true);
  // The very same bytes: many readers need no memory of their own.
  expect(streams[1]?.written[1]).toBe(streams[0]?.written[1]);
});

it('writes nothing to a reader that does not read, sends it what it missed when it does, and drops it after a while', () => {
  const { feed, join } = setUp();
  const { stream } = join();
  stream.writableNeedDrain = true;
  const before = stream.written.length;
  for (let n = 1; n <= 5; n++) feed.publish({ leftOut: n }, 100 * n);
  expect(stream.written.length).toBe(before);
  stream.writableNeedDrain = false;
  feed.look(600, false);
  expect(stream.events).toEqual(['snapshot 0', 'update 1', 'update 2', 'update 3', 'update 4', 'update 5']);
  stream.writableNeedDrain = true;
  feed.look(700, true);
  feed.look(1699, true);
  expect(stream.ended).toBe(null);
  feed.look(1700, true);
  expect(stream.ended).toBe('destroy');
  expect(feed.readerCount).toBe(0);
});

it('keeps the connections of others open', () => {
  const { feed, join } = setUp();
  const { stream } = join();
  feed.look(0, false);
  feed.look(0, true);
  expect(Buffer.from(stream.written.at(-1) ?? []).toString()).toBe(': \n\n');
  feed.end();
  expect(stream.ended).toBe('end');
});
