import { MessageFallback } from '../../src/run/messages';
import type { RunEvents } from '../../src/contracts';

function scene() {
  const said: string[] = [];
  const heard: string[] = [];
  const events = new MessageFallback((level, text) => said.push(`${level}: ${text}`));
  const hear: (...args: RunEvents['message']) => void = (level, text) => heard.push(`${level}: ${text}`);
  const listen = () => events.on('message', hear, { presents: true });
  return { events, said, heard, listen };
}

describe('MessageFallback', () => {
  it('prints messages itself only while nothing else shows them', () => {
    const { events, said, heard, listen } = scene();
    events.emit('message', 'info', 'before');
    const stopOne = listen();
    const stopOther = listen();
    events.emit('message', 'warning', 'both');
    stopOne();
    stopOne();
    events.emit('message', 'info', 'one');
    stopOther();
    events.emit('message', 'info', 'after');
    expect(said).toEqual(['info: before', 'info: after']);
    expect(heard).toEqual(['warning: both', 'warning: both', 'info: one']);
  });

  it('prints messages that a listener only records', () => {
    const { events, said, heard } = scene();
    events.on('message', (level, text) => heard.push(`${level}: ${text}`));
    events.emit('message', 'warning', 'recorded and said');
    events.emit('runEnded', 'stopped', 'val_loss has not improved');
    expect(heard).toEqual(['warning: recorded and said']);
    expect(said).toEqual([
      'warning: recorded and said',
      'info: Training was stopped: val_loss has not improved.',
    ]);
  });

  it('prints what a listener that failed has not shown, and from then on everything', () => {
    const { events, said } = scene();
    events.on(
      'message',
      () => {
        throw new Error('no terminal');
      },
      { presents: true },
    );
    events.emit('message', 'warning', 'first');
    events.emit('message', 'info', 'second');
    expect(said).toEqual([
      "warning: A listener of 'message' failed and is no longer called: no terminal",
      'warning: first',
      'info: second',
    ]);
  });

  it('passes other events on, and does not mistake their listeners for one of messages', () => {
    const { events, said } = scene();
    const ends: unknown[] = [];
    const stop = events.on('runEnded', (...end) => ends.push(end));
    events.emit('message', 'info', 'still said');
    events.emit('runEnded', 'finished', null);
    stop();
    events.emit('runEnded', 'failed', null);
    expect(ends).toEqual([['finished', null]]);
    expect(said).toEqual(['info: still said']);
  });

  it.each([
    ['stopped', 'val_loss has not improved', ['info: Training was stopped: val_loss has not improved.']],
    ['finished', null, []],
    ['interrupted', 'Ctrl-C', []],
    ['failed', 'no memory', []],
  ] as const)('reports why a run ended only if a plugin requested it: %s', (status, detail, sentences) => {
    const { events, said, listen } = scene();
    const stopListening = listen();
    events.emit('runEnded', status, detail);
    expect(said).toEqual([]);
    stopListening();
    events.emit('runEnded', status, detail);
    expect(said).toEqual(sentences);
  });
});
