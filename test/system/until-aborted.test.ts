import { untilAborted } from '../../src/system';

const never = (): Promise<never> => new Promise(() => undefined);

it('is the end of the work where that comes first', async () => {
  const { signal } = new AbortController();
  await expect(untilAborted(signal, Promise.resolve(3))).resolves.toBe(3);
  await expect(untilAborted(signal, Promise.reject(new Error('own')))).rejects.toThrow('own');
});

it('ends with the signal where the work does not', async () => {
  const controller = new AbortController();
  const ended = untilAborted(controller.signal, never());
  controller.abort(new Error('called off'));
  await expect(ended).rejects.toThrow('called off');
  await expect(untilAborted(controller.signal, never())).rejects.toThrow('called off');
});
