import * as tf from '@tensorflow/tfjs-core';
import {
  ambientSeed,
  compile,
  engineInfo,
  isStarted,
  isTracing,
  liveCounts,
  requireStarted,
  start,
} from '../../src/engine';

const notStarted =
  'The engine has not been started. ' +
  "Call 'await start()' before making tensors, modules or optimisers; run() does it for experiments.";

describe('the engine', () => {
  it('explains what to do before it is started', async () => {
    expect([isStarted(), isTracing()]).toEqual([false, false]);
    for (const use of [requireStarted, engineInfo, liveCounts]) expect(use).toThrow(notStarted);
    await expect(compile(() => 1)()).rejects.toThrow(notStarted);
    await expect(compile(() => 1, { eager: true })()).rejects.toThrow(notStarted);
  });

  it('rejects tensors before it is started, without output from tfjs', () => {
    const banner = jest.spyOn(console, 'warn').mockReturnValue();
    const makers: (() => unknown)[] = [
      () => tf.scalar(1),
      () => tf.tensor([[1, 2]]),
      () => tf.zeros([3]),
      () => tf.fill([2], 1),
      () => tf.range(0, 3),
      () => tf.linspace(0, 1, 3),
      () => tf.randomNormal([2]),
      () => tf.oneHot([1], 3),
      () => tf.complex([1], [1]),
      () => tf.tidy(() => tf.ones([2])),
    ];
    for (const make of makers) expect(make).toThrow(notStarted);
    expect(banner).not.toHaveBeenCalled();
    expect(tf.memory().numTensors).toBe(0);
    banner.mockRestore();
  });

  it('starts once, and takes a new seed at every start', async () => {
    const [first, second] = await Promise.all([
      start({ seed: 3, accelerator: 'cpu', threads: 2 }),
      start({ seed: 4, accelerator: 'cpu', threads: 2 }),
    ]);
    expect(second).toBe(first);
    expect(first).toMatchObject({ device: 'cpu', threads: 2 });
    expect(first.tensorflowVersion).toMatch(/^2\.\d+\.\d+/);
    expect(engineInfo()).toBe(first);
    expect([isStarted(), tf.getBackend(), ambientSeed()]).toEqual([true, 'tensorflow', 4]);
    await start({ seed: 5 });
    expect(ambientSeed()).toBe(5);
    expect(liveCounts()).toEqual({ tensors: 0, handles: 0 });
  });
});
