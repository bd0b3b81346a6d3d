import { untilAborted } from '../../src/system';

const never = (): Promise<never> => new Promise(() => undefined);

it('ends with the work if that ends first', async () => {
  const { signal } = new AbortController();
  await expect(untilAborted(signal, Promise.resolve(3))).resolves.toBe(3);
  await expect(untilAborted(signal, Promise.reject(new Error('own')))).rejects.toThrow('own');
});

it('ends with the signal if the work does not end', async () => {
  const controller = new AbortController();
  const ended = untilAborted(controller.signal, never());
  controller.abort(new Error('called off'));
  await expect(ended).rejects.toThrow('called off');
  await expect(untilAborted(controller.signal, never())).rejects.toThrow('called off');
});
