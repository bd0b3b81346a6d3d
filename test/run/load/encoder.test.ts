import * as tf from '@tensorflow/tfjs-core';
import { views } from '../../../src/data';
import { liveCounts, start } from '../../../src/engine';
import { Encoder } from '../../../src/run/load/encoder';
import { identity } from '../../evaluation/fakes/embeddings';

beforeAll(() => start());

/** Gives each image its mean, and says how many images it saw at once. */
function encoderOf(batchSize = 4, pause: () => Promise<void> = () => Promise.resolve()) {
  const batches: number[] = [];
  const isFreed = { model: false, rest: false };
  const encoder = new Encoder({
    model: {
      embed: async (images) => {
        batches.push(images.shape[0]);
        await pause();
        const means = tf.tidy(() => tf.mean(images, [1, 2, 3]));
        const features = new Float32Array(await means.data());
        means.dispose();
        return { features, width: 1 };
      },
      dispose: () => (isFreed.model = true),
    },
    identity,
    featureWidth: 1,
    view: views.plain({ inputSize: 4, normalize: null }),
    batchSize,
    maxImagePixels: 1000,
    grayRange: null,
    release: () => (isFreed.rest = true),
  });
  return { encoder, batches, isFreed };
}

function gray(value: number) {
  return { width: 2, height: 2, channels: 1 as const, data: new Uint8Array(4).fill(value) };
}

describe('an encoder', () => {
  it('returns the features of images in order, in batches of its size', async () => {
    const before = liveCounts();
    const { encoder, batches } = encoderOf(4);
    const values = Array.from({ length: 10 }, (_, i) => 25 * i);
    const features = await encoder.encode(values.map(gray));
    features.forEach((row, i) => expect(row[0]).toBeCloseTo((25 * i) / 255, 5));
    expect(Math.max(...batches)).toBe(4);
    expect(batches.reduce((sum, size) => sum + size, 0)).toBe(10);
    expect(await encoder.encode([])).toEqual([]);
    expect(liveCounts()).toEqual(before);
  });

  it('batches images of overlapping calls together', async () => {
    const { encoder, batches } = encoderOf(4);
    const calls = await Promise.all([10, 20, 30, 40].map((value) => encoder.encode([gray(value)])));
    expect(calls.map(([row]) => Math.round((row?.[0] ?? 0) * 255))).toEqual([10, 20, 30, 40]);
    expect(batches.length).toBeLessThan(4);
  });

  it('rejects one image that is not in a list', async () => {
    const { encoder } = encoderOf();
    await expect(encoder.encode('photo.jpg' as never)).rejects.toThrow(
      "encode() takes a list of images, but was not given a list. Write encoder.encode(['photo.jpg']), even for one image.",
    );
  });

  it('fails only the call whose image cannot be read, naming the image', async () => {
    const { encoder } = encoderOf();
    const good = encoder.encode([gray(51)]);
    await expect(encoder.encode([gray(1), Buffer.from('no image')])).rejects.toThrow(
      'The image at index 1 of the call cannot be read: its contents are not a JPEG, PNG, WebP, GIF, BMP, TIFF or PNM ' +
        'image. Use an image file that other programs can open, or leave this one out.',
    );
    await expect(encoder.encode(['/nowhere/a.jpg'])).rejects.toThrow(
      "The image /nowhere/a.jpg cannot be read: ENOENT: no such file or directory, open '/nowhere/a.jpg'.",
    );
    await expect(encoder.encode([{ width: 2, height: 2, data: new Uint8Array(3) }])).rejects.toThrow(
      'The image at index 0 of the call cannot be read: it has 2 x 2 pixels of 3 channels, and 3 values instead of 12.',
    );
    expect((await good)[0]?.[0]).toBeCloseTo(0.2, 5);
  });

  it('keeps nothing of 2,000 calls', async () => {
    const { encoder } = encoderOf();
    const before = liveCounts();
    const image = gray(100);
    for (let call = 0; call < 500; call++) await encoder.encode([image]);
    const early = process.memoryUsage().rss;
    for (let call = 0; call < 1500; call++) await encoder.encode([image]);
    expect(liveCounts()).toEqual(before);
    // What the collector of garbage has not come to yet is less; an image of 4 x 4 in each call would be seen in the counts.
    expect(process.memoryUsage().rss - early).toBeLessThan(100e6);
  });

  it('fails pending and later calls when it is disposed', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { encoder, isFreed } = encoderOf(1, () => held);
    const calls = [1, 2, 3].map((value) => encoder.encode([gray(value)]));
    const settled = Promise.allSettled(calls);
    await new Promise((resolve) => setImmediate(resolve));
    const disposed = encoder.dispose();
    release();
    await disposed;
    expect((await settled).filter(({ status }) => status === 'rejected').length).toBeGreaterThanOrEqual(2);
    expect(isFreed).toEqual({ model: true, rest: true });
    await expect(encoder.encode([gray(1)])).rejects.toThrow(
      'The encoder was used after it had been disposed. Dispose it after the last call has ended, or load it again.',
    );
  });
});
