import { describe, expect, it } from '@jest/globals';
import { EventBus } from '../../src/trainer';

function busWithMessages(): { bus: EventBus; messages: string[] } {
  const bus = new EventBus();
  const messages: string[] = [];
  bus.on('message', (level, text) => messages.push(`${level}: ${text}`));
  return { bus, messages };
}

describe('EventBus', () => {
  it('brings an event to every listener, until its disposer is called', () => {
    const bus = new EventBus();
    const heard: string[] = [];
    const dispose = bus.on('checkpointSaved', (path, reason) => heard.push(`first ${path} ${reason}`));
    bus.on('checkpointSaved', (path) => heard.push(`second ${path}`));
    bus.emit('checkpointSaved', 'a', 'epoch');
    dispose();
    bus.emit('checkpointSaved', 'b', 'epoch');
    expect(heard).toEqual(['first a epoch', 'second a', 'second b']);
  });

  it('reports a listener that throws once, and continues with the others', () => {
    const { bus, messages } = busWithMessages();
    let heard = 0;
    bus.on('checkpointSaved', () => {
      throw new Error('socket closed');
    });
    bus.on('checkpointSaved', () => {
      heard += 1;
    });
    bus.emit('checkpointSaved', 'a', 'epoch');
    bus.emit('checkpointSaved', 'b', 'epoch');
    expect(heard).toBe(2);
    expect(messages).toEqual([
      "warning: A listener of 'checkpointSaved' failed and is no longer called: socket closed",
    ]);
  });

  it('reports an asynchronous listener that fails', async () => {
    const { bus, messages } = busWithMessages();
    const listener: unknown = () => Promise.reject(new Error('late'));
    bus.on('checkpointSaved', listener as () => void);
    bus.emit('checkpointSaved', 'a', 'epoch');
    await Promise.resolve();
    await Promise.resolve();
    expect(messages).toEqual([
      "warning: A listener of 'checkpointSaved' failed and is no longer called: late",
    ]);
  });

  it('survives a message listener that throws', () => {
    const { bus, messages } = busWithMessages();
    bus.on('message', () => {
      throw new Error('no terminal');
    });
    bus.emit('message', 'info', 'hello');
    expect(messages).toEqual([
      'info: hello',
      "warning: A listener of 'message' failed and is no longer called: no terminal",
    ]);
  });
});
